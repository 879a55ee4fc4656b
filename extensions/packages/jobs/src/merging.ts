/** What is heard of runs, laid over the lists that were read. */

import { JobSummary, RunState, RunSummary } from './contract';

/** A run as it was heard of, and when, by the page's own clock. */
export interface Heard {
  run: RunSummary;
  at: number;
}

export type HeardRuns = ReadonlyMap<string, Heard>;

/** Give what was heard since a list was asked for: the rest is in it. */
export function heardSince(heard: HeardRuns, askedAt: number): Map<string, RunSummary> {
  return new Map([...heard].filter(([, { at }]) => at >= askedAt).map(([id, { run }]) => [id, run]));
}

/** Give a list of runs, the newest first, as it is since something was heard of some of them. */
export function mergeRuns(
  read: readonly RunSummary[],
  heard: ReadonlyMap<string, RunSummary>,
  wanted: { job: string | null; state: RunState | null },
  more: boolean
): RunSummary[] {
  const byId = new Map(read.map(one => [one.id, one]));
  const oldest = read.length > 0 && more ? read[read.length - 1].id : '';
  for (const run of heard.values()) {
    const isWanted =
      (!wanted.job || run.job_id === wanted.job) && (!wanted.state || run.state === wanted.state);
    if (!isWanted) {
      byId.delete(run.id);
    } else if (byId.has(run.id) || run.id > oldest) {
      byId.set(run.id, run); // what is older than all that was read belongs to a page that nobody asked for
    }
  }
  return [...byId.values()].sort((one, other) => (one.id < other.id ? 1 : -1));
}

/** Give jobs with the newest of their runs. */
export function mergeJobs(read: readonly JobSummary[], heard: ReadonlyMap<string, RunSummary>): JobSummary[] {
  const newest = new Map<string, RunSummary>();
  for (const run of heard.values()) {
    if (run.id >= (newest.get(run.job_id)?.id ?? '')) {
      newest.set(run.job_id, run);
    }
  }
  return read.map(job => {
    const run = newest.get(job.id);
    return run && run.id >= (job.last_run?.id ?? '') ? { ...job, last_run: run } : job;
  });
}

/** Say whether a run is new to a list of jobs: its job is, or has a time to be due at that has moved on. */
export function isNewTo(jobs: readonly JobSummary[] | undefined, run: RunSummary): boolean {
  const job = jobs?.find(one => one.id === run.job_id);
  return !!jobs && (!job || run.id > (job.last_run?.id ?? ''));
}
