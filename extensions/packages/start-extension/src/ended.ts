/** Which of my runs have ended since the page was opened, found with few questions to the studio. */

export type RunState = 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled' | 'timed_out' | 'skipped';

/** A run, as far as a toast tells of it; `RunSummary` of the Python contract. */
export interface RunSummary {
  id: string;
  job_id: string;
  job_name: string;
  state: RunState;
  duration_seconds: number | null;
  failing_cell: string | null;
  created_by: string;
}

const TOLD: RunState[] = ['succeeded', 'failed', 'timed_out'];

export function isUnderWay(run: RunSummary): boolean {
  return run.state === 'queued' || run.state === 'running';
}

/** What is known of the runs of one workspace. */
export class RunMemory {
  /** The runs under way when last seen: one that is not on the newest page is asked for by itself. */
  get underWay(): string[] {
    return [...this._known].filter(([, ended]) => !ended).map(([id]) => id);
  }

  /**
   * Take the runs as they are now, and give those of a person's that have ended since the last time.
   *
   * What has ended before the first time is old news. Nobody is told of what they have cancelled themselves.
   */
  learn(runs: RunSummary[], person: string): RunSummary[] {
    const mine = runs.filter(run => run.created_by === person);
    const news = mine.filter(run => !isUnderWay(run) && !this._known.get(run.id));
    mine.forEach(run => this._known.set(run.id, !isUnderWay(run)));
    const isFirst = !this._hasLearned;
    this._hasLearned = true;
    return isFirst ? [] : news.filter(run => TOLD.includes(run.state));
  }

  /** Forget a run that is no longer there. */
  forget(id: string): void {
    this._known.delete(id);
  }

  private readonly _known = new Map<string, boolean>();
  private _hasLearned = false;
}

/** Whose turn it is: the workspace on the screen each time, and one of the others in turn. */
export function turnOf(turn: number, shown: string | undefined, all: string[]): string[] {
  const others = all.filter(one => one !== shown);
  return [...(shown ? [shown] : []), ...(others.length ? [others[turn % others.length]] : [])];
}
