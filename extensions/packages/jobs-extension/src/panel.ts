import { ILayoutRestorer, JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ITranslator } from '@jupyterlab/translation';
import { addSidebar, IWorkspaces, jobsIcon, LazyWidget } from '@onedata/core';

/** The list of jobs in the left sidebar. */
export const panel: JupyterFrontEndPlugin<void> = {
  id: '@onedata/lab:jobs',
  description: 'Lists the jobs of a workspace in the left sidebar.',
  autoStart: true,
  requires: [IWorkspaces, ITranslator],
  optional: [ILayoutRestorer, INotebookTracker],
  activate: (
    app: JupyterFrontEnd,
    workspaces: IWorkspaces,
    translator: ITranslator,
    restorer: ILayoutRestorer | null,
    notebooks: INotebookTracker | null
  ) => {
    const load = async () => (await import('./views')).jobList(app, notebooks);
    const widget = new LazyWidget(load, { workspaces }, translator);
    const caption = translator.load('onedata').__('Jobs');
    addSidebar(app, restorer, widget, { id: 'onedata-jobs', caption, icon: jobsIcon, rank: 320 });
  }
};
