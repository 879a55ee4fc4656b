import { expect, test } from 'vitest';
import { compareRuns } from './compare';
import { runOf } from './run';

function run(params: Record<string, string>, metrics: Record<string, number | string>) {
  return runOf({
    info: { run_id: 'a', experiment_id: '1', status: 'FINISHED', start_time: 0 },
    data: {
      params: Object.entries(params).map(([key, value]) => ({ key, value })),
      metrics: Object.entries(metrics).map(([key, value]) => ({ key, value, timestamp: 0, step: 0 })),
      tags: [{ key: 'mlflow.user', value: String(Math.random()) }]
    }
  });
}

test('a line differs where a value does, or is missing', () => {
  const lines = compareRuns([
    run({ depth: '3', solver: 'auto', only: 'x' }, { loss: 0.5 }),
    run({ depth: '4', solver: 'auto' }, { loss: 0.5 })
  ]);
  expect(lines.map(one => [one.kind, one.key, one.differs])).toEqual([
    ['param', 'depth', true],
    ['param', 'only', true],
    ['param', 'solver', false],
    ['metric', 'loss', false]
  ]);
  expect(lines[1].values).toEqual(['x', null]);
});

test('two values that are no numbers are the same', () => {
  expect(compareRuns([run({}, { loss: 'NaN' }), run({}, { loss: 'NaN' })])[0].differs).toBe(false);
});
