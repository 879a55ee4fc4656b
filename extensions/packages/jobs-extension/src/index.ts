import { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { notebooks } from './notebooks';
import { page } from './page';
import { panel } from './panel';

const plugins: JupyterFrontEndPlugin<any>[] = [panel, page, notebooks];
export default plugins;
