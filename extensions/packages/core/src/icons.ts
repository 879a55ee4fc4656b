import { LabIcon } from '@jupyterlab/ui-components';
import datasetsSvg from '../style/icons/datasets.svg';
import experimentsSvg from '../style/icons/experiments.svg';
import jobsSvg from '../style/icons/jobs.svg';
import modelsSvg from '../style/icons/models.svg';
import templatesSvg from '../style/icons/templates.svg';

export const datasetsIcon = new LabIcon({ name: 'onedata:datasets', svgstr: datasetsSvg });
export const experimentsIcon = new LabIcon({ name: 'onedata:experiments', svgstr: experimentsSvg });
export const jobsIcon = new LabIcon({ name: 'onedata:jobs', svgstr: jobsSvg });
export const modelsIcon = new LabIcon({ name: 'onedata:models', svgstr: modelsSvg });
export const templatesIcon = new LabIcon({ name: 'onedata:templates', svgstr: templatesSvg });
