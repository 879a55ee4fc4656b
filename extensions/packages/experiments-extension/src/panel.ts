import { ILayoutRestorer, JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ITranslator } from '@jupyterlab/translation';
import { experimentsIcon, IWorkspaces, LazyWidget } from '@onedata/core';
import { CommandIDs } from './commands';

/** The list of experiments in the left sidebar. */
export const panel: JupyterFrontEndPlugin<void> = {
  id: '@onedata/lab:experiments',
  description: 'Lists the experiments of a workspace in the left sidebar.',
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
    const widget = new LazyWidget(
      async () => (await import('@onedata/experiments')).ExperimentList,
      {
        workspaces,
        onOpen: ({ workspace, id, name }) =>
          void app.commands.execute(CommandIDs.open, { workspace, experiment: id, name })
      },
      translator
    );
    widget.id = 'onedata-experiments';
    widget.title.icon = experimentsIcon;
    widget.title.caption = trans.__('Experiments');
    widget.node.setAttribute('role', 'region');
    widget.node.setAttribute('aria-label', trans.__('Experiments'));
    app.shell.add(widget, 'left', { rank: 330, type: 'One Data' });
    restorer?.add(widget, widget.id);
  }
};
