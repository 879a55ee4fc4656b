import { ILayoutRestorer, JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ITranslator } from '@jupyterlab/translation';
import { addSidebar, CommandIDs, experimentsIcon, IWorkspaces, LazyWidget } from '@onedata/core';

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
    const widget = new LazyWidget(
      async () => (await import('@onedata/experiments')).ExperimentList,
      {
        workspaces,
        onOpen: ({ workspace, id, name }) =>
          void app.commands.execute(CommandIDs.openExperiment, { workspace, experiment: id, name })
      },
      translator
    );
    const caption = translator.load('onedata').__('Experiments');
    const place = { id: 'onedata-experiments', caption, icon: experimentsIcon, rank: 330 };
    addSidebar(app, restorer, widget, place);
  }
};
