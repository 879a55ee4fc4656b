import { describe, expect, it } from 'vitest';
import { JobSummary, RunState, RunSummary } from './contract';
import { heardSince, isNewTo, mergeJobs, mergeRuns } from './merging';

function run(id: string, state: RunState = 'running', job_id = 'j1'): RunSummary {
  return { id, state, job_id } as RunSummary;
}

function heard(...runs: RunSummary[]): Map<string, RunSummary> {
  return new Map(runs.map(one => [one.id, one]));
}

const ALL = { job: null, state: null };
const READ = [run('3'), run('2', 'failed', 'j2')];
const shown = (runs: RunSummary[]): string[] => runs.map(one => `${one.id} ${one.state}`);

it('takes what was heard before a list was asked for to be in it', () => {
  const all = new Map([
    ['1', { run: run('1'), at: 10 }],
    ['2', { run: run('2'), at: 30 }]
  ]);
  expect([...heardSince(all, 20).keys()]).toEqual(['2']);
});

describe('runs', () => {
  it('change where they stand, and new ones come first', () => {
    const merged = mergeRuns(READ, heard(run('3', 'succeeded'), run('4', 'queued')), ALL, false);
    expect(shown(merged)).toEqual(['4 queued', '3 succeeded', '2 failed']);
  });

  it('of another job or state are left out, and leave when they change', () => {
    const mine = mergeRuns(
      READ.slice(0, 1),
      heard(run('5', 'running', 'j2')),
      { job: 'j1', state: null },
      false
    );
    expect(shown(mine)).toEqual(['3 running']);
    const running = { job: null, state: 'running' as RunState };
    expect(mergeRuns([run('3')], heard(run('3', 'failed')), running, false)).toEqual([]);
  });

  it('that are older than what was read wait for their page', () => {
    expect(shown(mergeRuns(READ, heard(run('1')), ALL, true))).toEqual(['3 running', '2 failed']);
    expect(shown(mergeRuns(READ, heard(run('1')), ALL, false))).toEqual([
      '3 running',
      '2 failed',
      '1 running'
    ]);
  });
});

describe('jobs', () => {
  const jobs = [
    { id: 'j1', last_run: run('3') },
    { id: 'j2', last_run: null }
  ] as JobSummary[];

  it('have the newest of their runs', () => {
    const merged = mergeJobs(jobs, heard(run('3', 'failed'), run('2'), run('4', 'queued', 'j2')));
    expect(merged.map(one => one.last_run?.state)).toEqual(['failed', 'queued']);
  });

  it('tell which runs are new to them', () => {
    const told = [run('3'), run('2'), run('4'), run('1', 'queued', 'j2'), run('1', 'queued', 'j3')];
    expect(told.map(one => isNewTo(jobs, one))).toEqual([false, false, true, true, true]);
    expect(isNewTo(undefined, run('9'))).toBe(false);
  });
});
