import { JupyterFrontEnd } from '@jupyterlab/application';
import { Dialog, Notification, showDialog } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import { CommandIDs, parseRef, sentence } from '@onedata/core';
import type { JobHost } from '@onedata/jobs';
import { openExecuted } from './executed';

/** What the views of jobs ask of JupyterLab, as commands and dialogs. */
export function makeHost(app: JupyterFrontEnd, notebooks: INotebookTracker | null): JobHost {
  const { commands } = app;
  return {
    openJobs: place => void commands.execute(CommandIDs.openJobs, { ...place }),
    openForm: request => {
      if (request.kind === 'edit') {
        void commands.execute(CommandIDs.editJob, { ...request });
      } else if (request.kind === 'again') {
        const { kind, ...args } = request;
        void commands.execute(CommandIDs.runJob, args as never);
      }
    },
    openDataset: text => {
      const ref = parseRef(text);
      if (ref) {
        void commands.execute(CommandIDs.openDataset, { ...ref });
      }
    },
    openMlflowRun: commands.hasCommand(CommandIDs.openRun)
      ? (workspace, run) => void commands.execute(CommandIDs.openRun, { workspace, run })
      : undefined,
    openNotebook: (run, output) => openExecuted(run, output, app, notebooks),
    confirm: async (title, body, accept) => {
      const buttons = [Dialog.cancelButton(), Dialog.warnButton({ label: accept })];
      const { button } = await showDialog({ title, body, buttons });
      return button.accept;
    },
    say: error => void Notification.error(sentence(error), { autoClose: false })
  };
}
