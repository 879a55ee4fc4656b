import { ILayoutRestorer, JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ITranslator } from '@jupyterlab/translation';
import { addPageCommand, CommandIDs, IWorkspaces, jobsIcon } from '@onedata/core';

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
    const services = { app, workspaces, translator, trans, palette, restorer, notebooks };
    addPageCommand(services, CommandIDs.openJobs, {
      label: trans.__('Open Jobs'),
      caption: trans.__('Show the jobs of the workspace and their runs'),
      icon: jobsIcon,
      kind: 'onedata-jobs',
      load: async () => (await import('./opening')).openJobs,
      args: () => ({})
    });
  }
};
