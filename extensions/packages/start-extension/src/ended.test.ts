import { describe, expect, it } from 'vitest';
import { RunMemory, RunState, RunSummary, turnOf } from './ended';

function run(id: string, state: RunState, created_by = 'ann'): RunSummary {
  return { id, job_id: 'j', job_name: 'train', state, duration_seconds: 1, failing_cell: null, created_by };
}

function told(...turns: RunSummary[][]): string[][] {
  const memory = new RunMemory();
  return turns.map(runs => memory.learn(runs, 'ann').map(one => one.id));
}

describe('run memory', () => {
  it('tells of a run once, when it has ended', () => {
    expect(told([run('a', 'running')], [run('a', 'succeeded')], [run('a', 'succeeded')])).toEqual([
      [],
      ['a'],
      []
    ]);
  });

  it('tells of a run that began and ended between two looks', () => {
    expect(told([], [run('a', 'failed')])).toEqual([[], ['a']]);
  });

  it('does not tell of what had ended before the page was opened', () => {
    expect(told([run('a', 'failed')], [run('a', 'failed')])).toEqual([[], []]);
  });

  it('tells again of a run that was retried', () => {
    expect(told([], [run('a', 'failed')], [run('a', 'running')], [run('a', 'succeeded')])).toEqual([
      [],
      ['a'],
      [],
      ['a']
    ]);
  });

  it('does not tell of other people’s runs, or of cancelled and skipped ones', () => {
    const after = [run('a', 'failed', 'bob'), run('b', 'cancelled'), run('c', 'skipped')];
    expect(told([], after)).toEqual([[], []]);
  });

  it('knows what is under way', () => {
    const memory = new RunMemory();
    memory.learn([run('a', 'running'), run('b', 'queued'), run('c', 'failed')], 'ann');
    expect(memory.underWay).toEqual(['a', 'b']);
    memory.forget('a');
    expect(memory.underWay).toEqual(['b']);
  });
});

it('asks for the workspace on the screen each time, and for the others in turn', () => {
  const all = ['mine', 'a', 'b'];
  expect([0, 1, 2].map(turn => turnOf(turn, 'mine', all))).toEqual([
    ['mine', 'a'],
    ['mine', 'b'],
    ['mine', 'a']
  ]);
  expect(turnOf(0, 'mine', ['mine'])).toEqual(['mine']);
});
