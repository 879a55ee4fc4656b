import { expect, test } from 'vitest';
import { aliasesOf, versionOf } from './aliases';
import { codeToLoadModel } from './code';
import { modelIdOf, placeInRun } from './source';

test('the files of a version lie with a logged model, or in a run', () => {
  expect(modelIdOf('models:/m-c6215acb72')).toBe('m-c6215acb72');
  expect(modelIdOf('models:/delay-model/3')).toBeNull();
  expect(placeInRun('runs:/abc/model', 'abc')).toBe('model');
  expect(placeInRun('mlflow-artifacts:/workspaces/w/2/abc/artifacts/a/model/', 'abc')).toBe('a/model');
  expect(placeInRun('s3://elsewhere/model', 'abc')).toBeNull();
  expect(placeInRun('runs:/abc/model', '')).toBeNull();
});

test('an alias names one version, and a version has its aliases in order', () => {
  const aliases = [
    { alias: 'champion', version: 2 },
    { alias: 'beta', version: '2' }
  ];
  expect(aliasesOf('2', aliases)).toEqual(['beta', 'champion']);
  expect(versionOf('champion', aliases)).toBe('2');
  expect([versionOf('none', aliases), versionOf('none', undefined)]).toEqual([null, null]);
});

test('the code loads by alias where there is one, and names another workspace', () => {
  expect(codeToLoadModel('delay-model', '3', 'champion', null)).toBe(
    'import mlflow\n\ndelay_model = mlflow.pyfunc.load_model("models:/delay-model@champion")\n'
  );
  expect(codeToLoadModel('class', '3', null, 'team-a')).toBe(
    'import mlflow\n\nmlflow.set_workspace("team-a")\nclass_ = mlflow.pyfunc.load_model("models:/class/3")\n'
  );
});
