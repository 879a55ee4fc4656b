import { ILayoutRestorer, JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ITranslator } from '@jupyterlab/translation';
import { experimentsIcon, IWorkspaces, Pages } from '@onedata/core';
import type { RunPageProps } from '@onedata/experiments';
import { CommandIDs } from './commands';

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
    const pages = new Pages<RunPageProps>(app, 'onedata-run', translator);
    const load = () => import('./opening');
    app.commands.addCommand(CommandIDs.openRun, {
      label: trans.__('Open Run'),
      caption: trans.__('Open a run’s page: its values, curves, artefacts and what it stands on'),
      icon: experimentsIcon,
      describedBy: async () => ({ args: (await load()).RUN_ARGUMENTS }),
      execute: async args => (await load()).openRun(args, pages, { app, workspaces, trans })
    });
    pages.restore(restorer, CommandIDs.openRun, ({ content, title }) => {
      const { workspace, runId } = content.props;
      return { workspace, run: runId, name: title.label };
    });
  }
};
