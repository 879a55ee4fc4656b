import { ILayoutRestorer, JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, IThemeManager } from '@jupyterlab/apputils';
import { ITranslator } from '@jupyterlab/translation';
import { IWorkspaces, modelsIcon, Pages } from '@onedata/core';
import type { ModelPageProps } from '@onedata/models';
import { CommandIDs } from './commands';

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
    const pages = new Pages<ModelPageProps>(app, 'onedata-model', translator);
    const load = () => import('./opening');
    app.commands.addCommand(CommandIDs.open, {
      label: trans.__('Open Model…'),
      caption: trans.__('Open a registered model’s page: versions, aliases, signature and lineage'),
      icon: modelsIcon,
      describedBy: async () => ({ args: (await load()).ARGUMENTS }),
      execute: async args => (await load()).openModel(args, pages, { app, workspaces, themes, trans })
    });
    palette?.addItem({ command: CommandIDs.open, category: 'One Data' });
    pages.restore(restorer, CommandIDs.open, ({ content }) => ({ ...content.props.model }));
  }
};
