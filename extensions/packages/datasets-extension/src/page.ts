import { ILayoutRestorer, JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, IThemeManager } from '@jupyterlab/apputils';
import { ITranslator } from '@jupyterlab/translation';
import { datasetsIcon, IWorkspaces, Pages } from '@onedata/core';
import type { DatasetPageProps } from '@onedata/datasets';
import { CommandIDs } from './commands';

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
    const pages = new Pages<DatasetPageProps>(app, 'onedata-dataset', translator);
    const load = () => import('./opening');
    app.commands.addCommand(CommandIDs.open, {
      label: trans.__('Open Dataset…'),
      caption: trans.__('Open a dataset’s page: columns, rows, versions and lineage'),
      icon: datasetsIcon,
      describedBy: async () => ({ args: (await load()).ARGUMENTS }),
      execute: async args => (await load()).openDataset(args, pages, { app, workspaces, themes, trans })
    });
    palette?.addItem({ command: CommandIDs.open, category: 'One Data' });
    pages.restore(restorer, CommandIDs.open, ({ content }) => ({ ...content.props.dataset }));
  }
};
