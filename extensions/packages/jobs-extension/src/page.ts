import { ILayoutRestorer, JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ITranslator } from '@jupyterlab/translation';
import { IWorkspaces, jobsIcon, Pages } from '@onedata/core';
import { CommandIDs } from './commands';
import type { PageProps } from './opening';

/** The page of jobs in the main area; what opens it is in `opening.ts`. */
export const page: JupyterFrontEndPlugin<void> = {
  id: '@onedata/lab:jobs-page',
  description: 'Shows the runs of jobs as a page in the main area.',
  autoStart: true,
  requires: [IWorkspaces, ITranslator],
  optional: [ICommandPalette, ILayoutRestorer, INotebookTracker],
  activate: (
    app: JupyterFrontEnd,
    workspaces: IWorkspaces,
    translator: ITranslator,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null,
    notebooks: INotebookTracker | null
  ) => {
    const trans = translator.load('onedata');
    const pages = new Pages<PageProps>(app, 'onedata-jobs', translator);
    const load = () => import('./opening');
    app.commands.addCommand(CommandIDs.open, {
      label: trans.__('Open Jobs'),
      caption: trans.__('Show the jobs of the workspace and their runs'),
      icon: jobsIcon,
      describedBy: async () => ({ args: (await load()).ARGUMENTS }),
      execute: async args => (await load()).openJobs(args, pages, { app, workspaces, notebooks, trans })
    });
    palette?.addItem({ command: CommandIDs.open, category: 'One Data' });
    pages.restore(restorer, CommandIDs.open, () => ({}));
  }
};
