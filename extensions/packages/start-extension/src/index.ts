import { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { home } from './home';
import { launcher } from './launcher';
import { runs } from './runs';
import { server } from './server';

const plugins: JupyterFrontEndPlugin<any>[] = [launcher, server, runs, home];
export default plugins;
