import { Cell } from './columns';
import { isOwnTag, Run } from './run';

export type LineKind = 'param' | 'metric' | 'tag';

export interface Line {
  kind: LineKind;
  key: string;
  /** A value for each run, in their order. */
  values: Cell[];
  differs: boolean;
}

/** Every parameter, metric and own tag of some runs, side by side. */
export function compareRuns(runs: readonly Run[]): Line[] {
  const of = (
    kind: LineKind,
    read: (run: Run) => ReadonlyMap<string, Cell>,
    isWanted: (key: string) => boolean = () => true
  ): Line[] => {
    const keys = new Set(runs.flatMap(run => [...read(run).keys()].filter(isWanted)));
    return [...keys]
      .sort((one, other) => one.localeCompare(other, undefined, { numeric: true }))
      .map(key => {
        const values = runs.map(run => read(run).get(key) ?? null);
        return { kind, key, values, differs: values.some(one => !isSame(one, values[0])) };
      });
  };
  return [
    ...of('param', run => run.params),
    ...of('metric', run => run.metrics),
    ...of('tag', run => run.tags, isOwnTag)
  ];
}

function isSame(one: Cell, other: Cell): boolean {
  return Object.is(one, other) || (one === 0 && other === 0);
}
