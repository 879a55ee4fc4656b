import { ILayoutRestorer, JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ITranslator } from '@jupyterlab/translation';
import { addPageCommand, CommandIDs, experimentsIcon, IWorkspaces } from '@onedata/core';

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
    const services = { app, workspaces, translator, trans, palette, restorer };
    addPageCommand(services, CommandIDs.openExperiment, {
      label: trans.__('Open Experiment…'),
      caption: trans.__('Open an experiment’s page: its runs, their curves and differences'),
      icon: experimentsIcon,
      kind: 'onedata-experiment',
      load: async () => (await import('./opening')).openExperiment,
      args: ({ content }) => {
        const { workspace, id, name } = content.props.experiment;
        return { workspace, experiment: id, name };
      }
    });
  }
};
