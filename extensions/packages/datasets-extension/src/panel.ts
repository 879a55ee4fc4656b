import { ILayoutRestorer, JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ITranslator } from '@jupyterlab/translation';
import { addSidebar, CommandIDs, datasetsIcon, IWorkspaces, LazyWidget } from '@onedata/core';

/** The list of datasets in the left sidebar. */
export const panel: JupyterFrontEndPlugin<void> = {
  id: '@onedata/lab:datasets',
  description: 'Lists the datasets of a workspace in the left sidebar.',
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
      async () => (await import('@onedata/datasets')).DatasetList,
      { workspaces, onOpen: ref => void app.commands.execute(CommandIDs.openDataset, { ...ref }) },
      translator
    );
    const caption = translator.load('onedata').__('Datasets');
    addSidebar(app, restorer, widget, { id: 'onedata-datasets', caption, icon: datasetsIcon, rank: 310 });
  }
};
