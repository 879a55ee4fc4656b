import { Column, useTrans } from '@onedata/core';
import React from 'react';
import { GridRow, ShownColumn } from './gridrow';
import { filling, Sections } from './sections';
import { Cell, moved, rectangle, selectedText, Selection } from './selection';
import { SIDE_STEP, Sight, useSight } from './sight';

const ROW_HEIGHT = 24; // as in the style sheet
const NUMBERS_WIDTH = 84; // as in the style sheet
const COLUMN_WIDTH = 130;
const MOMENT_WIDTH = 190;
const LEAST_WIDTH = 40;
const EDGE = { left: NUMBERS_WIDTH, top: ROW_HEIGHT };

export interface GridProps {
  label: string;
  columns: readonly Column[];
  rows: number;
  /** Gives a row's values; undefined while they are on their way. */
  row: (index: number) => readonly unknown[] | undefined;
  /** Called with the rows that are drawn: the first, and one past the last. */
  onLook: (first: number, end: number) => void;
  /** Called where what is selected is not all here, and cannot be copied. */
  onNotHere: () => void;
}

/** A table of any length, of which the rows and columns in sight are drawn. */
export function Grid(props: GridProps): React.JSX.Element {
  const { columns, rows, row, onLook } = props;
  const host = React.useRef<HTMLDivElement>(null);
  const cursorId = React.useId();
  const [widths, setWidths] = React.useState(() => columns.map(widthOf));
  const [selection, setSelection] = React.useState<Selection | null>(null);
  const { sight, height, onScroll, firstRow, show } = useSight(host, rows, ROW_HEIGHT, EDGE);
  const sections = React.useMemo(() => filling(widths, sight.width), [widths, sight.width]);
  const shown = useShown(columns, sections, sight);
  React.useEffect(() => onLook(sight.first, sight.end), [onLook, sight.first, sight.end]);

  const select = (cursor: Cell, extend: boolean): void => {
    setSelection(before => ({ anchor: extend && before ? before.anchor : cursor, cursor }));
  };
  const onKeyDown = (event: React.KeyboardEvent): void => {
    const from = selection?.cursor ?? { row: firstRow(), column: 0 };
    const extent = { rows, columns: columns.length, page: sight.page };
    const next = event.altKey ? null : moved(event.key, event.ctrlKey || event.metaKey, from, extent);
    if (event.key === 'Escape') {
      setSelection(null);
    } else if (next) {
      event.preventDefault();
      const cell = selection ? next : from;
      select(cell, event.shiftKey);
      show(cell.row, sections.start(cell.column), sections.end(cell.column));
    }
  };
  const onPointer = (event: React.PointerEvent): void => {
    const cell = event.buttons === 1 ? cellOf(event.target as Element) : null;
    if (cell) {
      select(cell, event.type === 'pointermove' || event.shiftKey);
    }
  };
  const onCopy = (event: React.ClipboardEvent): void => {
    const text = selection && selectedText(selection, row);
    if (selection && text === null) {
      props.onNotHere();
    } else if (text !== null) {
      event.preventDefault();
      event.clipboardData.setData('text/plain', text);
    }
  };
  return (
    <div
      className="od-Grid"
      ref={host}
      role="grid"
      tabIndex={0}
      aria-label={props.label}
      aria-rowcount={rows + 1}
      aria-colcount={columns.length + 1}
      aria-multiselectable
      aria-activedescendant={selection ? cursorId : undefined}
      onScroll={onScroll}
      onKeyDown={onKeyDown}
      onCopy={onCopy}
    >
      <div style={{ height: ROW_HEIGHT + height, width: NUMBERS_WIDTH + sections.total }}>
        <Head
          columns={columns}
          shown={shown}
          onWidth={(index, width) =>
            setWidths(before => before.map((one, place) => (place === index ? width : one)))
          }
        />
        <div
          role="rowgroup"
          className="od-Grid-body"
          style={{ transform: `translateY(${sight.first * ROW_HEIGHT + sight.shift}px)` }}
          onPointerDown={onPointer}
          onPointerMove={onPointer}
        >
          {drawnRows(sight, selection).map(one => (
            <GridRow
              {...one}
              key={one.index % (sight.end - sight.first)}
              columns={shown}
              values={row(one.index)}
              cursorId={cursorId}
            />
          ))}
        </div>
      </div>
    </div>
  );
}

/** The names of the columns; each can be dragged wider at its end. */
function Head(props: {
  columns: readonly Column[];
  shown: readonly ShownColumn[];
  onWidth: (index: number, width: number) => void;
}): React.JSX.Element {
  const trans = useTrans();
  const resize = (event: React.PointerEvent, { index, width }: ShownColumn): void => {
    const handle = event.currentTarget as HTMLElement;
    const begin = event.clientX;
    handle.setPointerCapture(event.pointerId);
    handle.onpointermove = ({ clientX }) =>
      props.onWidth(index, Math.max(LEAST_WIDTH, width + clientX - begin));
    handle.onlostpointercapture = () => (handle.onpointermove = null);
  };
  return (
    <div role="rowgroup" className="od-Grid-head">
      <div role="row" className="od-Grid-row" aria-rowindex={1}>
        <span role="columnheader" className="od-Grid-number" aria-colindex={1}>
          <span className="od-visually-hidden">{trans.__('Row')}</span>
        </span>
        {props.shown.map(one => (
          <span
            key={one.index}
            role="columnheader"
            className={`od-Grid-cell ${one.isNumeric ? 'od-mod-number' : ''}`}
            aria-colindex={one.index + 2}
            title={`${props.columns[one.index].name}: ${props.columns[one.index].type}`}
            style={{ left: one.left, width: one.width }}
          >
            {props.columns[one.index].name}
            <span className="od-Grid-edge" onPointerDown={event => resize(event, one)} />
          </span>
        ))}
      </div>
    </div>
  );
}

/** Give the columns in sight, the same ones as long as they are the same. */
function useShown(columns: readonly Column[], sections: Sections, sight: Sight): readonly ShownColumn[] {
  const [first, end] = sections.between(sight.left, sight.left + sight.width + SIDE_STEP);
  return React.useMemo(
    () =>
      Array.from({ length: end - first }, (_, place) => ({
        index: first + place,
        left: NUMBERS_WIDTH + sections.start(first + place),
        width: sections.sizes[first + place],
        isNumeric: isNumeric(columns[first + place])
      })),
    [columns, sections, first, end]
  );
}

/** Give the rows in sight with what of each is selected. */
function drawnRows(sight: Sight, selection: Selection | null): RowMarks[] {
  const chosen = selection && rectangle(selection);
  return Array.from({ length: sight.end - sight.first }, (_, place) => {
    const index = sight.first + place;
    const isChosen = chosen && index >= chosen.top && index <= chosen.bottom;
    return {
      index,
      selectedFrom: isChosen ? chosen.left : -1,
      selectedTo: isChosen ? chosen.right : -1,
      cursor: selection?.cursor.row === index ? selection.cursor.column : -1
    };
  });
}

interface RowMarks {
  index: number;
  selectedFrom: number;
  selectedTo: number;
  cursor: number;
}

function cellOf(node: Element): Cell | null {
  const cell = node.closest<HTMLElement>('[data-column]');
  const row = cell?.closest<HTMLElement>('[data-row]');
  return row ? { row: Number(row.dataset.row), column: Number(cell!.dataset.column) } : null;
}

function widthOf(column: Column): number {
  return column.type.startsWith('timestamp') ? MOMENT_WIDTH : COLUMN_WIDTH;
}

function isNumeric(column: Column): boolean {
  return /^(u?int|float|double|halffloat|decimal)/.test(column.type);
}
