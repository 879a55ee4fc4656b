import { ILayoutRestorer, JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ITranslator } from '@jupyterlab/translation';
import { experimentsIcon, IWorkspaces, Pages } from '@onedata/core';
import type { ExperimentPageProps } from '@onedata/experiments';
import { CommandIDs } from './commands';

/** An experiment's page in the main area, one for each experiment; what opens it is in `opening.ts`. */
export const page: JupyterFrontEndPlugin<void> = {
  id: '@onedata/lab:experiment-page',
  description: 'Opens an experiment as a page in the main area.',
  autoStart: true,
  requires: [IWorkspaces, ITranslator],
  optional: [ICommandPalette, ILayoutRestorer],
  activate: (
    app: JupyterFrontEnd,
    workspaces: IWorkspaces,
    translator: ITranslator,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null
  ) => {
    const trans = translator.load('onedata');
    const pages = new Pages<ExperimentPageProps>(app, 'onedata-experiment', translator);
    const load = () => import('./opening');
    app.commands.addCommand(CommandIDs.open, {
      label: trans.__('Open Experiment…'),
      caption: trans.__('Open an experiment’s page: its runs, their curves and differences'),
      icon: experimentsIcon,
      describedBy: async () => ({ args: (await load()).EXPERIMENT_ARGUMENTS }),
      execute: async args => (await load()).openExperiment(args, pages, { app, workspaces, trans })
    });
    palette?.addItem({ command: CommandIDs.open, category: 'One Data' });
    pages.restore(restorer, CommandIDs.open, ({ content }) => {
      const { workspace, id, name } = content.props.experiment;
      return { workspace, experiment: id, name };
    });
  }
};
