import { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, TranslationBundle } from '@jupyterlab/translation';
import { call, duration, IWorkspaces, Page, ServiceError } from '@onedata/core';
import { CommandIDs } from './commands';
import { RunMemory, RunSummary, turnOf } from './ended';
import { everyWhileVisible } from './every';
import { readWishes } from './settings';

const POLL_SECONDS = 15;
const NEWEST = 20;
const SUCCESS_MILLISECONDS = 15_000;

/** Tells people when a run of theirs has ended. */
export const runs: JupyterFrontEndPlugin<void> = {
  id: '@onedata/lab:run-toasts',
  description: 'Shows a toast when one of the reader’s job runs has ended.',
  autoStart: true,
  requires: [IWorkspaces, ITranslator],
  optional: [ISettingRegistry],
  activate: (
    app: JupyterFrontEnd,
    workspaces: IWorkspaces,
    translator: ITranslator,
    registry: ISettingRegistry | null
  ) => {
    const wishes = readWishes(registry);
    const trans = translator.load('onedata');
    const memories = new Map<string, RunMemory>();
    let turn = 0;
    const isWanted = (run: RunSummary): boolean =>
      wishes().runs === 'all' || (wishes().runs === 'failures' && run.state !== 'succeeded');
    const look = async (): Promise<void> => {
      await workspaces.ready();
      const { me, current } = workspaces;
      // Only editors start runs.
      const all = me!.workspaces.filter(one => workspaces.may('editor', one.name)).map(one => one.name);
      for (const name of turnOf(
        turn++,
        all.find(one => one === current?.name),
        all
      )) {
        const memory = memories.get(name) ?? new RunMemory();
        memories.set(name, memory);
        const ended = await read(name, memory, me!.name);
        ended.filter(isWanted).forEach(run => tell(app, name, run, trans));
      }
    };
    void app.restored.then(() => everyWhileVisible(POLL_SECONDS, () => look().catch(() => undefined)));
  }
};

/** Ask for the newest runs, and for those under way that are older than these. */
async function read(workspace: string, memory: RunMemory, person: string): Promise<RunSummary[]> {
  const path = `workspaces/${encodeURIComponent(workspace)}/runs`;
  const { items } = await call<Page<RunSummary>>('studio/api/v1', path, { query: { limit: NEWEST } });
  const seen = new Set(items.map(one => one.id));
  for (const id of memory.underWay.filter(one => !seen.has(one))) {
    try {
      items.push(await call<RunSummary>('studio/api/v1', `${path}/${encodeURIComponent(id)}`));
    } catch (error) {
      if (!(error instanceof ServiceError && error.status === 404)) {
        throw error;
      }
      memory.forget(id);
    }
  }
  return memory.learn(items, person);
}

function tell(app: JupyterFrontEnd, workspace: string, run: RunSummary, trans: TranslationBundle): void {
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
