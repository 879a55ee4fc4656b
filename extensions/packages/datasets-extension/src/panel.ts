import { ILayoutRestorer, JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ITranslator } from '@jupyterlab/translation';
import { datasetsIcon, IWorkspaces, LazyWidget } from '@onedata/core';
import { CommandIDs } from './commands';

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
    const trans = translator.load('onedata');
    const widget = new LazyWidget(
      async () => (await import('@onedata/datasets')).DatasetList,
      { workspaces, onOpen: ref => void app.commands.execute(CommandIDs.open, { ...ref }) },
      translator
    );
    widget.id = 'onedata-datasets';
    widget.title.icon = datasetsIcon;
    widget.title.caption = trans.__('Datasets');
    widget.node.setAttribute('role', 'region');
    widget.node.setAttribute('aria-label', trans.__('Datasets'));
    app.shell.add(widget, 'left', { rank: 310, type: 'One Data' });
    restorer?.add(widget, widget.id);
  }
};
