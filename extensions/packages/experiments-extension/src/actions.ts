import { JupyterFrontEnd } from '@jupyterlab/application';
import { ServerConnection } from '@jupyterlab/services';
import { CommandIDs } from '@onedata/core';
import type { NotebookCell, RunActions } from '@onedata/experiments';
import { openCopy } from './notebook-copy';

/** Where the links of a run's page lead. */
export function runActions(app: JupyterFrontEnd): RunActions {
  const { commands, serviceManager } = app;
  const readNotebook = async (path: string): Promise<NotebookCell[] | null> => {
    try {
      const file = await serviceManager.contents.get(path, { type: 'notebook', content: true });
      return (file.content as { cells: NotebookCell[] }).cells;
    } catch (error) {
      if (error instanceof ServerConnection.ResponseError && error.response.status === 404) {
        return null;
      }
      throw error;
    }
  };
  return {
    openDataset: ref => void commands.execute(CommandIDs.openDataset, { ...ref }),
    openNotebook: path => void commands.execute('docmanager:open', { path }),
    readNotebook,
    openCopy: (notebook, text) => openCopy(app, readNotebook, notebook, text),
    openExperiment: (workspace, experiment) =>
      void commands.execute(CommandIDs.openExperiment, { workspace, experiment }),
    openModel: (workspace, name, version) =>
      void commands.execute(CommandIDs.openModel, { workspace, name, version }),
    openJobRun: commands.hasCommand(CommandIDs.openJobs)
      ? (workspace, run) => void commands.execute(CommandIDs.openJobs, { workspace, run })
      : null,
    register: async (workspace, run) => {
      await commands.execute(CommandIDs.registerModel, { workspace, run: run.id });
    }
  };
}
