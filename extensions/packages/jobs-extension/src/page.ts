import { ILayoutRestorer, JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ITranslator } from '@jupyterlab/translation';
import { given, IWorkspaces, jobsIcon, LazyWidget } from '@onedata/core';
import type { JobsPageProps, Place } from '@onedata/jobs';
import { CommandIDs } from './commands';

type Page = MainAreaWidget<LazyWidget<Omit<JobsPageProps, 'host'>>>;

const ARGUMENTS = {
  type: 'object',
  properties: {
    workspace: { type: 'string', description: 'The workspace; the one chosen where it is left out.' },
    job: {
      type: ['string', 'null'],
      description: 'The id of the job whose runs are shown; all if left out.'
    },
    run: { type: ['string', 'null'], description: 'The id of the run that is opened.' }
  }
};

/** The page of jobs in the main area. */
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
    const tracker = new WidgetTracker<Page>({ namespace: 'onedata-jobs' });
    const make = (): Page => {
      const content = new LazyWidget<Omit<JobsPageProps, 'host'>>(
        async () => {
          const [{ JobsPage }, { makeHost }] = await Promise.all([import('@onedata/jobs'), import('./host')]);
          return given(JobsPage, { host: makeHost(app, notebooks) });
        },
        { workspaces, place: null },
        translator
      );
      const widget = new MainAreaWidget({ content });
      widget.id = 'onedata-jobs-page';
      widget.title.label = trans.__('Jobs');
      widget.title.icon = jobsIcon;
      widget.title.closable = true;
      return widget;
    };
    app.commands.addCommand(CommandIDs.open, {
      label: trans.__('Open Jobs'),
      caption: trans.__('Show the jobs of the workspace and their runs'),
      icon: jobsIcon,
      describedBy: { args: ARGUMENTS },
      execute: async args => {
        await workspaces.ready().catch(() => undefined); // the page says what is wrong
        const widget = tracker.currentWidget ?? make();
        if (!tracker.has(widget)) {
          void tracker.add(widget);
        }
        const workspace = (args.workspace as string | undefined) ?? workspaces.current?.name;
        if (workspace && (args.job || args.run || args.workspace)) {
          workspaces.choose(workspace);
          widget.content.props = { ...widget.content.props, place: { ...args, workspace } as Place };
        }
        if (!widget.isAttached) {
          app.shell.add(widget, 'main', { type: 'One Data' });
        }
        app.shell.activateById(widget.id);
      }
    });
    palette?.addItem({ command: CommandIDs.open, category: 'One Data' });
    if (restorer) {
      void restorer.restore(tracker, { command: CommandIDs.open, name: () => 'jobs' });
    }
  }
};
