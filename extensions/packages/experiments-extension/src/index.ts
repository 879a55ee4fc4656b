import { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { lineageNode } from './lineage-node';
import { page } from './page';
import { panel } from './panel';
import { register } from './register';
import { run } from './run';

const plugins: JupyterFrontEndPlugin<any>[] = [panel, page, run, register, lineageNode];
export default plugins;
