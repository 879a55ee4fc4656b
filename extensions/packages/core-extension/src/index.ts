import { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { workspaces } from './workspaces';

const plugins: JupyterFrontEndPlugin<any>[] = [workspaces];
export default plugins;
