/** What the states of runs let one do. */

import { Run, RunState, RunSummary } from './contract';

export const STATES: RunState[] = [
  'queued',
  'running',
  'succeeded',
  'failed',
  'cancelled',
  'timed_out',
  'skipped'
];

export function isFinal(state: RunState): boolean {
  return state !== 'queued' && state !== 'running';
}

export function isRetryable(state: RunState): boolean {
  return isFinal(state) && state !== 'succeeded';
}

/** Give the seconds a run has taken so far, or took; null where it has not begun. */
export function secondsOf(run: RunSummary, now: number = Date.now()): number | null {
  if (run.duration_seconds !== null) {
    return run.duration_seconds;
  }
  return run.started_at && run.state === 'running'
    ? Math.max(0, (now - Date.parse(run.started_at)) / 1000)
    : null;
}

/** Give how often a list is asked for: seldom where changes are heard of, else often while something happens. */
export function pollSeconds(runs: readonly (RunSummary | null)[] | undefined, isLive = false): number {
  if (isLive) {
    return 30;
  }
  return runs?.some(one => one && !isFinal(one.state)) ? 1.5 : 5;
}

/** Give what a run's message says beyond the name of the failing cell, which stands before it. */
export function saidOf(run: RunSummary): string {
  const named = `'${run.failing_cell}' failed. `;
  const place = run.failing_cell === null ? -1 : run.message.indexOf(named);
  return place < 0 ? run.message : run.message.slice(place + named.length);
}

const PAGE_SECONDS = 60;

/** Say whether the page of the executed notebook may still come: the runner makes it after the run's end. */
export function waitsForPage(run: Run, now: number = Date.now()): boolean {
  return (
    run.finished_at !== null &&
    run.outputs.includes('executed.ipynb') &&
    !run.outputs.includes('executed.html') &&
    now - Date.parse(run.finished_at) < PAGE_SECONDS * 1000
  );
}
