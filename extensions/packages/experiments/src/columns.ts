import { isOwnTag, Run, secondsOf } from './run';

export type ColumnKind = 'info' | 'metric' | 'param' | 'tag';

/** A column of the table of runs; `id` is what is remembered. */
export interface Column {
  id: string;
  kind: ColumnKind;
  key: string;
}

export const INFO = ['started', 'duration', 'user'] as const;
const MOST_AT_FIRST = 4;

export function column(kind: ColumnKind, key: string): Column {
  return { id: `${kind}:${key}`, kind, key };
}

/** Read a column's id; null where it is something else. */
export function parseColumn(id: string): Column | null {
  const [, kind, key] = /^(info|metric|param|tag):(.+)$/s.exec(id) ?? [];
  return kind && key ? column(kind as ColumnKind, key) : null;
}

/** Every column that the runs have something for, by kind and name. */
export function columnsOf(runs: readonly Run[]): Column[] {
  const keys: Record<Exclude<ColumnKind, 'info'>, Set<string>> = {
    metric: new Set(),
    param: new Set(),
    tag: new Set()
  };
  for (const run of runs) {
    for (const key of run.metrics.keys()) {
      keys.metric.add(key);
    }
    for (const key of run.params.keys()) {
      keys.param.add(key);
    }
    for (const key of run.tags.keys()) {
      if (isOwnTag(key)) {
        keys.tag.add(key);
      }
    }
  }
  const of = (kind: 'metric' | 'param' | 'tag'): Column[] =>
    [...keys[kind]].sort(byName).map(key => column(kind, key));
  return [...INFO.map(key => column('info', key)), ...of('metric'), ...of('param'), ...of('tag')];
}

function byName(one: string, other: string): number {
  return one.localeCompare(other, undefined, { numeric: true });
}

/** What is shown before anybody has chosen: a few metrics, and parameters, those first in which the runs differ. */
export function defaultColumns(runs: readonly Run[]): Column[] {
  const all = columnsOf(runs);
  const params = all.filter(one => one.kind === 'param');
  const differs = (one: Column): boolean => new Set(runs.map(run => run.params.get(one.key))).size > 1;
  return [
    ...all.filter(one => one.kind === 'info'),
    ...all.filter(one => one.kind === 'metric').slice(0, MOST_AT_FIRST),
    ...[...params.filter(differs), ...params.filter(one => !differs(one))].slice(0, MOST_AT_FIRST)
  ];
}

/** Add or take away a column; those shown keep the order of kinds and names. */
export function toggled(chosen: readonly Column[], wanted: Column, all: readonly Column[]): Column[] {
  if (chosen.some(one => one.id === wanted.id)) {
    return chosen.filter(one => one.id !== wanted.id);
  }
  const order = new Map(all.map((one, place) => [one.id, place]));
  const place = (one: Column): number => order.get(one.id) ?? Infinity;
  return [...chosen, wanted].sort((one, other) => place(one) - place(other));
}

export type Cell = string | number | null;

/** What stands in a cell: a number where it is one, so that it sorts and reads as one. */
export function cell(run: Run, of: Column): Cell {
  switch (of.kind) {
    case 'metric':
      return run.metrics.get(of.key) ?? null;
    case 'param':
      return run.params.get(of.key) ?? null;
    case 'tag':
      return run.tags.get(of.key) ?? null;
    default:
      return of.key === 'started'
        ? run.startMs
        : of.key === 'duration'
          ? secondsOf(run)
          : of.key === 'user'
            ? run.user
            : run.name;
  }
}

export interface Sort {
  column: Column;
  descending: boolean;
}

export const NEWEST_FIRST: Sort = { column: column('info', 'started'), descending: true };

const ATTRIBUTES: Record<string, string> = {
  started: 'attributes.start_time',
  user: 'attributes.user_id',
  name: 'attributes.run_name'
};

/** Say an order to MLflow; nothing where it knows none such, as for the duration. */
export function orderBy(sort: Sort): string[] {
  const { kind, key } = sort.column;
  // MLflow reads a name in back quotes as it stands, and in double quotes where it holds one.
  const quoted = key.includes('`') ? `"${key}"` : `\`${key}\``;
  const name = kind === 'info' ? ATTRIBUTES[key] : `${kind}s.${quoted}`;
  return name ? [`${name} ${sort.descending ? 'DESC' : 'ASC'}`] : [];
}

/** Sort runs that are all here: numbers as numbers, also those MLflow keeps as text; what is missing comes last. */
export function sorted(runs: readonly Run[], sort: Sort): Run[] {
  const keyed = runs.map(run => ({ run, value: comparable(cell(run, sort.column)) }));
  const sign = sort.descending ? -1 : 1;
  return keyed.sort((one, other) => compare(one.value, other.value, sign)).map(one => one.run);
}

function comparable(value: Cell): Cell {
  if (typeof value === 'string' && value.trim() !== '' && !Number.isNaN(Number(value))) {
    return Number(value);
  }
  return typeof value === 'number' && Number.isNaN(value) ? null : value;
}

function compare(one: Cell, other: Cell, sign: number): number {
  if (one === null || other === null) {
    return one === other ? 0 : one === null ? 1 : -1;
  }
  if (typeof one === 'number' && typeof other === 'number') {
    return sign * (one - other);
  }
  if (typeof one !== typeof other) {
    return typeof one === 'number' ? -1 : 1;
  }
  return sign * byName(one as string, other as string);
}
