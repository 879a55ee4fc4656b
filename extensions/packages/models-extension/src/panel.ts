import { ILayoutRestorer, JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ITranslator } from '@jupyterlab/translation';
import { addSidebar, CommandIDs, IWorkspaces, LazyWidget, modelsIcon } from '@onedata/core';

/** The list of registered models in the left sidebar. */
export const panel: JupyterFrontEndPlugin<void> = {
  id: '@onedata/lab:models',
  description: 'Lists the registered models of a workspace in the left sidebar.',
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
      async () => (await import('@onedata/models')).ModelList,
      { workspaces, onOpen: ref => void app.commands.execute(CommandIDs.openModel, { ...ref }) },
      translator
    );
    const caption = translator.load('onedata').__('Models');
    addSidebar(app, restorer, widget, { id: 'onedata-models', caption, icon: modelsIcon, rank: 340 });
  }
};
