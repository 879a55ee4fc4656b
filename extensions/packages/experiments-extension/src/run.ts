import { ILayoutRestorer, JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ITranslator } from '@jupyterlab/translation';
import { addPageCommand, CommandIDs, experimentsIcon, IWorkspaces } from '@onedata/core';

/** A run's page in the main area, one for each run; what opens it is in `opening.ts`. */
export const run: JupyterFrontEndPlugin<void> = {
  id: '@onedata/lab:run-page',
  description: 'Opens a run as a page in the main area.',
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
    const services = { app, workspaces, translator, trans, palette: null, restorer };
    addPageCommand(services, CommandIDs.openRun, {
      label: trans.__('Open Run'),
      caption: trans.__('Open a run’s page: its values, curves, artefacts and what it stands on'),
      icon: experimentsIcon,
      kind: 'onedata-run',
      load: async () => (await import('./opening')).openRun,
      args: ({ content, title }) => {
        const { workspace, runId } = content.props;
        return { workspace, run: runId, name: title.label };
      }
    });
  }
};
