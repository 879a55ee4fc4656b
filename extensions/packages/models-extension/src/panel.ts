import { ILayoutRestorer, JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ITranslator } from '@jupyterlab/translation';
import { modelsIcon, IWorkspaces, LazyWidget } from '@onedata/core';
import { CommandIDs } from './commands';

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
    const trans = translator.load('onedata');
    const widget = new LazyWidget(
      async () => (await import('@onedata/models')).ModelList,
      {
        workspaces,
        onOpen: ref => void app.commands.execute(CommandIDs.open, { ...ref })
      },
      translator
    );
    widget.id = 'onedata-models';
    widget.title.icon = modelsIcon;
    widget.title.caption = trans.__('Models');
    widget.node.setAttribute('role', 'region');
    widget.node.setAttribute('aria-label', trans.__('Models'));
    app.shell.add(widget, 'left', { rank: 340, type: 'One Data' });
    restorer?.add(widget, widget.id);
  }
};
