import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { TranslationBundle } from '@jupyterlab/translation';
import { CommandIDs, duration } from '@onedata/core';
import type { RunSummary } from './ended';

const SUCCESS_MILLISECONDS = 15_000;

/** Say how a run has ended; a failure stays until it is read. */
export function tellOf(
  run: RunSummary,
  workspace: string,
  app: JupyterFrontEnd,
  trans: TranslationBundle
): void {
  const show = {
    label: trans.__('Show'),
    caption: trans.__('Open the page of jobs and runs'),
    callback: () =>
      void app.commands.execute(CommandIDs.openJobs, { workspace, job: run.job_id, run: run.id })
  };
  const actions = app.commands.hasCommand(CommandIDs.openJobs) ? [show] : [];
  if (run.state === 'succeeded') {
    Notification.success(wordsOf(run, trans), { actions, autoClose: SUCCESS_MILLISECONDS });
  } else {
    Notification.error(wordsOf(run, trans), { actions, autoClose: false });
  }
}

function wordsOf(run: RunSummary, trans: TranslationBundle): string {
  const time = duration(run.duration_seconds ?? 0);
  switch (run.state) {
    case 'succeeded':
      return trans.__('%1 succeeded in %2', run.job_name, time);
    case 'timed_out':
      return trans.__('%1 was ended after %2: its time was up', run.job_name, time);
    default:
      return run.failing_cell
        ? trans.__('%1 failed after %2 in cell “%3”', run.job_name, time, run.failing_cell)
        : trans.__('%1 failed after %2', run.job_name, time);
  }
}
