import { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { launcher } from './launcher';
import { runs } from './runs';
import { server } from './server';

const plugins: JupyterFrontEndPlugin<any>[] = [launcher, server, runs];
export default plugins;
