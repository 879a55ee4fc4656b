import { ILayoutRestorer, JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, IThemeManager, MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import { ITranslator } from '@jupyterlab/translation';
import { IWorkspaces, LazyWidget, modelsIcon } from '@onedata/core';
import type { ModelActions, ModelPageProps, ModelRef } from '@onedata/models';
import { CommandIDs } from './commands';
import { modelOf } from './which';

type Page = MainAreaWidget<LazyWidget<ModelPageProps>>;

const ARGUMENTS = {
  type: 'object',
  properties: {
    workspace: { type: 'string', description: 'The workspace; the one chosen where it is left out.' },
    name: { type: 'string', description: 'The name of the model; asked for where it is left out.' },
    version: { type: ['string', 'null'], description: 'The version; the newest where it is left out.' }
  }
};

/** A registered model's page in the main area, one for each model. */
export const page: JupyterFrontEndPlugin<void> = {
  id: '@onedata/lab:model-page',
  description: 'Opens a registered model as a page in the main area.',
  autoStart: true,
  requires: [IWorkspaces, ITranslator],
  optional: [ICommandPalette, ILayoutRestorer, IThemeManager],
  activate: (
    app: JupyterFrontEnd,
    workspaces: IWorkspaces,
    translator: ITranslator,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null,
    themes: IThemeManager | null
  ) => {
    const trans = translator.load('onedata');
    const tracker = new WidgetTracker<Page>({ namespace: 'onedata-model' });
    const isDark = (): boolean => !!themes?.theme && !themes.isLight(themes.theme);
    const actions: ModelActions = {
      openDataset: ref => void app.commands.execute(CommandIDs.openDataset, { ...ref }),
      openRun: (workspace, run, name) =>
        void app.commands.execute(CommandIDs.openRun, { workspace, run, name }),
      openNode: id => void app.commands.execute(CommandIDs.openNode, { id }),
      insertCode: (workspace, name, version, alias) =>
        void app.commands.execute(CommandIDs.insertCode, { workspace, name, version, alias })
    };
    const make = (model: ModelRef): Page => {
      const content = new LazyWidget<ModelPageProps>(
        async () => (await import('@onedata/models')).ModelPage,
        { workspaces, model, actions, dark: isDark() },
        translator
      );
      themes?.themeChanged.connect(() => (content.props = { ...content.props, dark: isDark() }), content);
      const widget = new MainAreaWidget({ content });
      widget.id = idOf(model);
      widget.title.label = model.name;
      widget.title.caption = trans.__('Model %1', `${model.workspace}/${model.name}`);
      widget.title.icon = modelsIcon;
      widget.title.closable = true;
      return widget;
    };

    app.commands.addCommand(CommandIDs.open, {
      label: trans.__('Open Model…'),
      caption: trans.__('Open a registered model’s page: versions, aliases, signature and lineage'),
      icon: modelsIcon,
      describedBy: { args: ARGUMENTS },
      execute: async args => {
        const model = await modelOf(args, workspaces, trans.__('Which model?'));
        if (!model) {
          return;
        }
        let widget = tracker.find(one => one.id === idOf(model));
        if (!widget) {
          widget = make(model);
          void tracker.add(widget);
        } else if (model.version) {
          widget.content.props = { ...widget.content.props, model };
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
      args: widget => ({ ...widget.content.props.model }),
      name: widget => widget.id
    });
  }
};

function idOf(model: ModelRef): string {
  return `onedata-model-${model.workspace}-${model.name}`;
}
