import { ILayoutRestorer, JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import { ITranslator } from '@jupyterlab/translation';
import { experimentsIcon, IWorkspaces, LazyWidget } from '@onedata/core';
import type { ExperimentPageProps, ExperimentRef } from '@onedata/experiments';
import { CommandIDs } from './commands';
import { experimentOf } from './which';

type Page = MainAreaWidget<LazyWidget<ExperimentPageProps>>;

const ARGUMENTS = {
  type: 'object',
  properties: {
    workspace: { type: 'string', description: 'The workspace; the one chosen where it is left out.' },
    experiment: { type: 'string', description: 'The id of the experiment; asked for where it is left out.' },
    name: { type: 'string', description: 'The name of the experiment; looked up where it is left out.' }
  }
};

/** An experiment's page in the main area, one for each experiment. */
export const page: JupyterFrontEndPlugin<void> = {
  id: '@onedata/lab:experiment-page',
  description: 'Opens an experiment as a page in the main area.',
  autoStart: true,
  requires: [IWorkspaces, ITranslator],
  optional: [ICommandPalette, ILayoutRestorer],
  activate: (
    app: JupyterFrontEnd,
    workspaces: IWorkspaces,
    translator: ITranslator,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null
  ) => {
    const trans = translator.load('onedata');
    const tracker = new WidgetTracker<Page>({ namespace: 'onedata-experiment' });
    const onOpenRun = (workspace: string, run: string, name: string): void =>
      void app.commands.execute(CommandIDs.openRun, { workspace, run, name });
    const make = (experiment: ExperimentRef): Page => {
      const content = new LazyWidget<ExperimentPageProps>(
        async () => (await import('@onedata/experiments')).ExperimentPage,
        { workspaces, experiment, onOpenRun },
        translator
      );
      const widget = new MainAreaWidget({ content });
      widget.id = idOf(experiment);
      widget.title.label = experiment.name;
      widget.title.caption = trans.__('Experiment %1', `${experiment.workspace}/${experiment.name}`);
      widget.title.icon = experimentsIcon;
      widget.title.closable = true;
      return widget;
    };

    app.commands.addCommand(CommandIDs.open, {
      label: trans.__('Open Experiment…'),
      caption: trans.__('Open an experiment’s page: its runs, their curves and differences'),
      icon: experimentsIcon,
      describedBy: { args: ARGUMENTS },
      execute: async args => {
        const experiment = await experimentOf(args, workspaces, trans.__('Which experiment?'));
        if (!experiment) {
          return;
        }
        let widget = tracker.find(one => one.id === idOf(experiment));
        if (!widget) {
          widget = make(experiment);
          void tracker.add(widget);
        }
        if (!widget.isAttached) {
          app.shell.add(widget, 'main', { type: 'One Data' });
        }
        app.shell.activateById(widget.id);
      }
    });
    palette?.addItem({ command: CommandIDs.open, category: 'One Data' });
    void restorer?.restore(tracker, {
      command: CommandIDs.open,
      args: widget => {
        const { workspace, id, name } = widget.content.props.experiment;
        return { workspace, experiment: id, name };
      },
      name: widget => widget.id
    });
  }
};

function idOf(experiment: ExperimentRef): string {
  return `onedata-experiment-${experiment.workspace}-${experiment.id}`;
}
