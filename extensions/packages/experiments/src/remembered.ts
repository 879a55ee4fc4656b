import React from 'react';
import { Column, defaultColumns, parseColumn } from './columns';
import { Run } from './run';

const PREFIX = '@onedata/lab:run-columns:';

/** The columns of an experiment's table: those chosen in this browser, or some to begin with. */
export function useColumns(
  experiment: string,
  runs: readonly Run[]
): [Column[], (columns: Column[] | null) => void] {
  const [chosen, setChosen] = React.useState<Column[] | null>(() => read(experiment));
  const first = React.useMemo(() => defaultColumns(runs), [runs]);
  const choose = (columns: Column[] | null): void => {
    setChosen(columns);
    write(experiment, columns);
  };
  return [chosen ?? first, choose];
}

function read(experiment: string): Column[] | null {
  try {
    const ids = JSON.parse(window.localStorage.getItem(PREFIX + experiment) ?? 'null') as unknown;
    return Array.isArray(ids) ? ids.flatMap(id => parseColumn(String(id)) ?? []) : null;
  } catch {
    return null; // the browser keeps nothing for us, or somebody else's text
  }
}

function write(experiment: string, columns: Column[] | null): void {
  try {
    if (columns) {
      window.localStorage.setItem(PREFIX + experiment, JSON.stringify(columns.map(one => one.id)));
    } else {
      window.localStorage.removeItem(PREFIX + experiment);
    }
  } catch {
    // the choice holds until the page is closed
  }
}
