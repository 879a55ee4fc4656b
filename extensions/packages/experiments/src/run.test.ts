import { expect, test } from 'vitest';
import { MlflowRun } from './contract';
import { datasetsOf, noteOf, notebookOf, runOf, secondsOf, versionsOf } from './run';

const SAID: MlflowRun = {
  info: { run_id: 'abc', experiment_id: '2', status: 'RUNNING', start_time: 1000 },
  data: {
    metrics: [
      { key: 'loss', value: 0.5, timestamp: 1, step: 3 },
      { key: 'gap', value: 'NaN', timestamp: 1, step: 3 }
    ],
    params: [{ key: 'depth', value: '3' }],
    tags: [
      { key: 'mlflow.runName', value: 'ridge' },
      { key: 'mlflow.user', value: 'ann' },
      { key: 'onedata.notebook_path', value: 'train.ipynb' },
      { key: 'onedata.notebook_digest', value: 'd1' },
      { key: 'onedata.dataset/team-a/flights/3', value: 'team-a/flights@3' },
      { key: 'onedata.dataset/team-a/made-up/1', value: 'team-a/other@2' }
    ]
  }
};

test('a run is read from what MLflow says, also where it says little', () => {
  const run = runOf(SAID);
  expect([run.name, run.user, run.params.get('depth'), run.metrics.get('loss')]).toEqual([
    'ridge',
    'ann',
    '3',
    0.5
  ]);
  expect(run.metrics.get('gap')).toBeNaN();
  expect(run.params.get('constructor')).toBeUndefined();
  expect(runOf({ info: { ...SAID.info, end_time: 0 } })).toMatchObject({
    name: 'abc',
    endMs: null,
    user: ''
  });
});

test('the data of a run are the tags whose name and value agree', () => {
  expect(datasetsOf(runOf(SAID))).toEqual([{ workspace: 'team-a', name: 'flights', version: 3 }]);
});

test('a notebook is known by its path and digest', () => {
  expect(notebookOf(runOf(SAID))).toEqual({ path: 'train.ipynb', digest: 'd1' });
  expect(notebookOf(runOf({ info: SAID.info }))).toBeNull();
  expect(noteOf(runOf(SAID))).toBe('');
});

test('a run that goes on has lasted until now, and one that was lost has no duration', () => {
  expect(secondsOf(runOf(SAID), 3500)).toBe(2.5);
  expect(secondsOf(runOf({ info: { ...SAID.info, status: 'FAILED' } }), 3500)).toBeNull();
  expect(secondsOf(runOf({ info: { ...SAID.info, end_time: 2000 } }), 3500)).toBe(1);
});

test('versions made of a model are named once each', () => {
  const model = (value: string) => ({
    info: {
      model_id: 'm-1',
      experiment_id: '1',
      name: 'model',
      status: '',
      tags: [{ key: 'mlflow.modelVersions', value }]
    }
  });
  expect(versionsOf(model('[{"name": "a", "version": 1}, {"name": "a", "version": "1"}]'))).toEqual([
    { name: 'a', version: '1' }
  ]);
  expect(versionsOf(model('by hand'))).toEqual([]);
});
