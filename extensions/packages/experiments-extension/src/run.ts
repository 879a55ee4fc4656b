import { ILayoutRestorer, JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import { ITranslator } from '@jupyterlab/translation';
import { experimentsIcon, IWorkspaces, LazyWidget } from '@onedata/core';
import type { RunPageProps } from '@onedata/experiments';
import { runActions } from './actions';
import { CommandIDs } from './commands';

type Page = MainAreaWidget<LazyWidget<RunPageProps>>;

const ARGUMENTS = {
  type: 'object',
  required: ['run'],
  properties: {
    workspace: { type: 'string', description: 'The workspace; the one chosen where it is left out.' },
    run: { type: 'string', description: 'The id of the run.' },
    name: { type: 'string', description: 'The name of the run, for the tab.' }
  }
};

/** A run's page in the main area, one for each run. */
export const run: JupyterFrontEndPlugin<void> = {
  id: '@onedata/lab:run-page',
  description: 'Opens a run as a page in the main area.',
  autoStart: true,
  requires: [IWorkspaces, ITranslator],
  optional: [ILayoutRestorer],
  activate: (
    app: JupyterFrontEnd,
    workspaces: IWorkspaces,
    translator: ITranslator,
    restorer: ILayoutRestorer | null
  ) => {
    const trans = translator.load('onedata');
    const tracker = new WidgetTracker<Page>({ namespace: 'onedata-run' });
    const make = (workspace: string, runId: string, name: string): Page => {
      const content = new LazyWidget<RunPageProps>(
        async () => (await import('@onedata/experiments')).RunPage,
        { workspaces, workspace, runId, actions: runActions(app) },
        translator
      );
      const widget = new MainAreaWidget({ content });
      widget.id = `onedata-run-${runId}`;
      widget.title.label = name;
      widget.title.caption = trans.__('Run %1', name);
      widget.title.icon = experimentsIcon;
      widget.title.closable = true;
      return widget;
    };

    app.commands.addCommand(CommandIDs.openRun, {
      label: trans.__('Open Run'),
      caption: trans.__('Open a run’s page: its values, curves, artefacts and what it stands on'),
      icon: experimentsIcon,
      describedBy: { args: ARGUMENTS },
      execute: async args => {
        const { run: runId, name } = args as Record<string, string | undefined>;
        await workspaces.ready().catch(() => undefined); // the page says what is wrong
        const workspace = (args.workspace as string | undefined) ?? workspaces.current?.name;
        if (!runId || !workspace) {
          return;
        }
        let widget = tracker.find(one => one.id === `onedata-run-${runId}`);
        if (!widget) {
          widget = make(workspace, runId, name ?? runId.slice(0, 8));
          void tracker.add(widget);
        }
        if (!widget.isAttached) {
          app.shell.add(widget, 'main', { type: 'One Data' });
        }
        app.shell.activateById(widget.id);
      }
    });
    void restorer?.restore(tracker, {
      command: CommandIDs.openRun,
      args: widget => {
        const { workspace, runId } = widget.content.props;
        return { workspace, run: runId, name: widget.title.label };
      },
      name: widget => widget.id
    });
  }
};
