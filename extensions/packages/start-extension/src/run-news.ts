import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import { TranslationBundle } from '@jupyterlab/translation';
import { call, IWorkspaces, Page, ServiceError } from '@onedata/core';
import { RunMemory, RunSummary, turnOf } from './ended';
import { everyWhileVisible } from './every';
import { readWishes } from './settings';

const POLL_SECONDS = 15;
const NEWEST = 20;

/** Look every so often which runs of the reader's have ended, and tell of those they wish to hear of. */
export function watchRuns(
  app: JupyterFrontEnd,
  workspaces: IWorkspaces,
  trans: TranslationBundle,
  registry: ISettingRegistry | null
): void {
  const wishes = readWishes(registry);
  const memories = new Map<string, RunMemory>();
  let turn = 0;
  const isWanted = (run: RunSummary): boolean =>
    wishes().runs === 'all' || (wishes().runs === 'failures' && run.state !== 'succeeded');
  const look = async (): Promise<void> => {
    await workspaces.ready();
    const { me, current } = workspaces;
    // Only editors start runs.
    const all = me!.workspaces.filter(one => workspaces.may('editor', one.name)).map(one => one.name);
    const shown = all.find(one => one === current?.name);
    for (const name of turnOf(turn++, shown, all)) {
      const memory = memories.get(name) ?? new RunMemory();
      memories.set(name, memory);
      const ended = await read(name, memory, me!.name);
      for (const run of ended.filter(isWanted)) {
        (await import('./toasts')).tellOf(run, name, app, trans);
      }
    }
  };
  everyWhileVisible(POLL_SECONDS, () => look().catch(() => undefined));
}

/** Ask for the newest runs, and for those under way that are older than these; give those that have ended. */
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
