/** Which cells of a grid are selected: a rectangle between two corners, one of which is the cursor. */

import { cellText } from './celltext';

export interface Cell {
  row: number;
  column: number;
}

export interface Selection {
  anchor: Cell;
  cursor: Cell;
}

export interface Extent {
  rows: number;
  columns: number;
  /** Rows in sight. */
  page: number;
}

export interface Rectangle {
  top: number;
  left: number;
  bottom: number;
  right: number;
}

/** Give the cell that a key leads to; null for a key that moves nothing. */
export function moved(key: string, far: boolean, from: Cell, extent: Extent): Cell | null {
  const [lastRow, lastColumn] = [extent.rows - 1, extent.columns - 1];
  const { row, column } = from;
  const to: Record<string, [number, number]> = {
    ArrowUp: [far ? 0 : row - 1, column],
    ArrowDown: [far ? lastRow : row + 1, column],
    ArrowLeft: [row, far ? 0 : column - 1],
    ArrowRight: [row, far ? lastColumn : column + 1],
    PageUp: [row - extent.page, column],
    PageDown: [row + extent.page, column],
    Home: [far ? 0 : row, 0],
    End: [far ? lastRow : row, lastColumn]
  };
  if (!(key in to)) {
    return null;
  }
  const [nextRow, nextColumn] = to[key];
  return {
    row: Math.max(0, Math.min(nextRow, lastRow)),
    column: Math.max(0, Math.min(nextColumn, lastColumn))
  };
}

export function rectangle({ anchor, cursor }: Selection): Rectangle {
  return {
    top: Math.min(anchor.row, cursor.row),
    left: Math.min(anchor.column, cursor.column),
    bottom: Math.max(anchor.row, cursor.row),
    right: Math.max(anchor.column, cursor.column)
  };
}

/**
 * Write what is selected as spreadsheets read it: tabs between cells, lines between rows, nothing for null.
 *
 * @param row Gives a row's values; undefined where they are not here.
 * @returns Null where a row is not here.
 */
export function selectedText(
  selection: Selection,
  row: (index: number) => readonly unknown[] | undefined
): string | null {
  const { top, left, bottom, right } = rectangle(selection);
  const lines: string[] = [];
  for (let index = top; index <= bottom; index++) {
    const values = row(index);
    if (!values) {
      return null;
    }
    lines.push(
      values
        .slice(left, right + 1)
        .map(value => (value === null ? '' : quoted(cellText(value))))
        .join('\t')
    );
  }
  return lines.join('\n');
}

function quoted(text: string): string {
  return /["\t\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
