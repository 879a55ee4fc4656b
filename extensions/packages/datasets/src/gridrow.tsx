import { figure } from '@onedata/core';
import React from 'react';
import { cellText } from './celltext';

/** A column that is in sight. */
export interface ShownColumn {
  index: number;
  left: number;
  width: number;
  isNumeric: boolean;
}

export interface GridRowProps {
  index: number;
  columns: readonly ShownColumn[];
  /** Undefined while they are on their way. */
  values: readonly unknown[] | undefined;
  /** The first selected column, and the last; -1 where the row has none. */
  selectedFrom: number;
  selectedTo: number;
  /** The cursor's column; -1 where it is in another row. */
  cursor: number;
  cursorId: string;
}

/** One row: its number, and the cells of the columns in sight. */
export const GridRow = React.memo(function GridRow(props: GridRowProps): React.JSX.Element {
  const { index, values, cursor } = props;
  return (
    <div role="row" className="od-Grid-row" aria-rowindex={index + 2} aria-busy={!values} data-row={index}>
      <span role="rowheader" className="od-Grid-number" aria-colindex={1}>
        {figure(index + 1)}
      </span>
      {props.columns.map(column => (
        <GridCell
          key={column.index}
          column={column}
          value={values ? (values[column.index] ?? null) : undefined}
          selected={column.index >= props.selectedFrom && column.index <= props.selectedTo}
          id={column.index === cursor ? props.cursorId : undefined}
        />
      ))}
    </div>
  );
});

function GridCell(props: {
  column: ShownColumn;
  value: unknown;
  selected: boolean;
  id: string | undefined;
}): React.JSX.Element {
  const { column, value, selected, id } = props;
  const { index, left, width } = column;
  const text = cellText(value);
  const marks = [
    'od-Grid-cell',
    ...(column.isNumeric ? ['od-mod-number'] : []),
    ...(value === null || value === undefined ? ['od-mod-faint'] : []),
    ...(id ? ['od-mod-cursor'] : [])
  ];
  return (
    <span
      role="gridcell"
      className={marks.join(' ')}
      id={id}
      aria-colindex={index + 2}
      aria-selected={selected}
      data-column={index}
      title={text.length * 6 > width ? text : undefined}
      style={{ left, width }}
    >
      {text}
    </span>
  );
}
