import { expect, test } from 'vitest';
import { cell, column, columnsOf, defaultColumns, orderBy, parseColumn, sorted, toggled } from './columns';
import { Run } from './run';

function run(id: string, params: Record<string, string>, metrics: Record<string, number> = {}): Run {
  return {
    id,
    experimentId: '1',
    name: id,
    user: 'ann',
    status: 'FINISHED',
    startMs: 0,
    endMs: 1000,
    params: new Map(Object.entries(params)),
    metrics: new Map(Object.entries(metrics)),
    tags: new Map([
      ['team', 'a'],
      ['mlflow.user', 'ann'],
      ['onedata.workspace', 'w']
    ]),
    modelIds: []
  };
}

const ids = (runs: Run[]): string => runs.map(one => one.id).join('');

test('columns are what the runs have, by kind and name, without the platform’s own tags', () => {
  const all = columnsOf([run('a', { depth: '1' }, { loss: 1 }), run('b', { c10: '', c9: '' })]);
  expect(all.map(one => one.id).slice(3)).toEqual([
    'metric:loss',
    'param:c9',
    'param:c10',
    'param:depth',
    'tag:team'
  ]);
});

test('parameters in which runs differ are shown first', () => {
  const runs = ['1', '2'].map(z => run(z, { a: '0', b: '0', c: '0', d: '0', e: '0', z }));
  const shown = defaultColumns(runs).filter(one => one.kind === 'param');
  expect(shown.map(one => one.key)).toEqual(['z', 'a', 'b', 'c']);
});

test('a column added stands where its kind and name belong, and one taken away is gone', () => {
  const all = columnsOf([run('a', { x: '1', y: '1' }, { loss: 1 })]);
  const [x, y] = [column('param', 'x'), column('param', 'y')];
  expect(toggled([y], x, all)).toEqual([x, y]);
  expect(toggled([x, y], x, all)).toEqual([y]);
});

test('a column is remembered by a text, and any other text is none', () => {
  expect(parseColumn('metric:val/loss: best')).toEqual(column('metric', 'val/loss: best'));
  expect(parseColumn('metric:')).toBeNull();
  expect(parseColumn('colour:red')).toBeNull();
});

test('MLflow is asked for an order in its own words', () => {
  const by = (of: ReturnType<typeof column>) => orderBy({ column: of, descending: true });
  expect(by(column('metric', 'val/loss'))).toEqual(['metrics.`val/loss` DESC']);
  expect(by(column('param', 'a`b'))).toEqual(['params."a`b" DESC']);
  expect(by(column('info', 'started'))).toEqual(['attributes.start_time DESC']);
  expect(by(column('info', 'duration'))).toEqual([]);
});

test('numbers that are texts sort as numbers, and what is missing comes last both ways', () => {
  const runs = [run('a', { x: '10' }), run('b', { x: '9' }), run('c', {}), run('d', { x: 'auto' })];
  const x = column('param', 'x');
  expect(ids(sorted(runs, { column: x, descending: false }))).toBe('badc');
  expect(ids(sorted(runs, { column: x, descending: true }))).toBe('abdc');
});

test('a value that is no number counts as missing', () => {
  const runs = [run('a', {}, { m: NaN }), run('b', {}, { m: 1 }), run('c', {}, { m: -1 })];
  expect(ids(sorted(runs, { column: column('metric', 'm'), descending: false }))).toBe('cba');
});

test('a cell is a number where it is one', () => {
  const one = run('a', { p: '5' }, { m: 0.5 });
  const ask = (kind: Parameters<typeof column>[0], key: string) => cell(one, column(kind, key));
  expect([ask('metric', 'm'), ask('param', 'p'), ask('info', 'duration'), ask('tag', 'none')]).toEqual([
    0.5,
    '5',
    1,
    null
  ]);
});
