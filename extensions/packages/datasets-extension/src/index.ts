import { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { insert } from './insert';
import { page } from './page';
import { panel } from './panel';
import { publish } from './publish';

const plugins: JupyterFrontEndPlugin<any>[] = [panel, page, insert, publish];
export default plugins;
