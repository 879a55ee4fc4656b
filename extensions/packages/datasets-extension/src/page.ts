import { ILayoutRestorer, JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, IThemeManager } from '@jupyterlab/apputils';
import { ITranslator } from '@jupyterlab/translation';
import { addPageCommand, CommandIDs, datasetsIcon, IWorkspaces } from '@onedata/core';

/** A dataset's page in the main area, one for each dataset; what opens it is in `opening.ts`. */
export const page: JupyterFrontEndPlugin<void> = {
  id: '@onedata/lab:dataset-page',
  description: 'Opens a dataset as a page in the main area.',
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
    addPageCommand(services, CommandIDs.openDataset, {
      label: trans.__('Open Dataset…'),
      caption: trans.__('Open a dataset’s page: columns, rows, versions and lineage'),
      icon: datasetsIcon,
      kind: 'onedata-dataset',
      load: async () => (await import('./opening')).openDataset,
      args: ({ content }) => ({ ...content.props.dataset })
    });
  }
};
