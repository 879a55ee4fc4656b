import { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { insert } from './insert';
import { page } from './page';
import { panel } from './panel';

const plugins: JupyterFrontEndPlugin<any>[] = [panel, page, insert];
export default plugins;
