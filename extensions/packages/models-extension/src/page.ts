import { ILayoutRestorer, JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, IThemeManager } from '@jupyterlab/apputils';
import { ITranslator } from '@jupyterlab/translation';
import { addPageCommand, CommandIDs, IWorkspaces, modelsIcon } from '@onedata/core';

/** A registered model's page in the main area, one for each model; what opens it is in `opening.ts`. */
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
    const services = { app, workspaces, translator, trans, palette, restorer, themes };
    addPageCommand(services, CommandIDs.openModel, {
      label: trans.__('Open Model…'),
      caption: trans.__('Open a registered model’s page: versions, aliases, signature and lineage'),
      icon: modelsIcon,
      kind: 'onedata-model',
      load: async () => (await import('./opening')).openModel,
      args: ({ content }) => ({ ...content.props.model })
    });
  }
};
