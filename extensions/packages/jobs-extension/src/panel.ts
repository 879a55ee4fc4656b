import { ILayoutRestorer, JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ITranslator } from '@jupyterlab/translation';
import { given, IWorkspaces, jobsIcon, LazyWidget } from '@onedata/core';

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
    const trans = translator.load('onedata');
    const widget = new LazyWidget(
      async () => {
        const [{ JobList }, { makeHost }] = await Promise.all([import('@onedata/jobs'), import('./host')]);
        return given(JobList, { host: makeHost(app, notebooks) });
      },
      { workspaces },
      translator
    );
    widget.id = 'onedata-jobs';
    widget.title.icon = jobsIcon;
    widget.title.caption = trans.__('Jobs');
    widget.node.setAttribute('role', 'region');
    widget.node.setAttribute('aria-label', trans.__('Jobs'));
    app.shell.add(widget, 'left', { rank: 320, type: 'One Data' });
    restorer?.add(widget, widget.id);
  }
};
