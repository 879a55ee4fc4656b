import { TranslationBundle } from '@jupyterlab/translation';
import { Ago, duration, figure, rowsInSight, useTrans } from '@onedata/core';
import React from 'react';
import { Cell, cell, column, Column, Sort } from './columns';
import { colourOf } from './palette';
import { Run } from './run';
import { Status } from './status';

const ROW_HEIGHT = 30;
const NEAR_END_ROWS = 60;
const NAME = column('info', 'name');

export interface RunTableProps {
  label: string;
  runs: readonly Run[];
  columns: readonly Column[];
  sort: Sort;
  /** The runs chosen; their place gives their colour. */
  chosen: readonly string[];
  /** Where the table was scrolled to when it was last on the screen. */
  scrolled: React.MutableRefObject<number>;
  onSort: (sort: Sort) => void;
  onChoose: (id: string, on: boolean) => void;
  onOpen: (run: Run) => void;
  onNearEnd: () => void;
}

/** Runs in a table. Of thousands of rows those in sight are drawn. */
export function RunTable(props: RunTableProps): React.JSX.Element {
  const { runs, columns, chosen } = props;
  const host = React.useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useRowsInSight(host, runs.length, props.scrolled);
  React.useEffect(() => {
    if (seen.end >= runs.length - NEAR_END_ROWS) {
      props.onNearEnd();
    }
  });
  const drawn = runs.slice(seen.first, seen.end);
  return (
    <div className="od-RunTable" ref={host} onScroll={setSeen}>
      <table
        aria-label={props.label}
        aria-rowcount={runs.length + 1}
        style={{ width: `max(100%, ${44 + 230 + 130 * columns.length}px)` }}
        onKeyDown={moveByArrows}
      >
        <colgroup>
          <col style={{ width: 44 }} />
          <col style={{ width: 230 }} />
          {columns.map(one => (
            <col key={one.id} style={{ width: 130 }} />
          ))}
        </colgroup>
        <Head {...props} />
        <tbody>
          <Spacer rows={seen.first} />
          {drawn.map((run, place) => (
            <Row
              key={run.id}
              run={run}
              index={seen.first + place + 2}
              columns={columns}
              place={chosen.indexOf(run.id)}
              onChoose={props.onChoose}
              onOpen={props.onOpen}
            />
          ))}
          <Spacer rows={runs.length - seen.end} />
        </tbody>
      </table>
    </div>
  );
}

/** Keeps the window of rows with the scrolling. */
function useRowsInSight(
  host: React.RefObject<HTMLDivElement | null>,
  total: number,
  scrolled: React.MutableRefObject<number>
): [{ first: number; end: number }, () => void] {
  const [height, setHeight] = React.useState(600);
  const [top, setTop] = React.useState(scrolled.current);
  React.useLayoutEffect(() => {
    const node = host.current!;
    node.scrollTop = scrolled.current;
    const observer = new ResizeObserver(() => setHeight(node.clientHeight));
    observer.observe(node);
    return () => observer.disconnect();
  }, [host, scrolled]);
  const seen = rowsInSight(top, height, ROW_HEIGHT, total);
  const onScroll = (): void => {
    const now = (scrolled.current = host.current!.scrollTop);
    const next = rowsInSight(now, height, ROW_HEIGHT, total);
    if (next.first !== seen.first || next.end !== seen.end) {
      setTop(now);
    }
  };
  return [seen, onScroll];
}

function Spacer(props: { rows: number }): React.JSX.Element | null {
  return props.rows > 0 ? <tr aria-hidden="true" style={{ height: props.rows * ROW_HEIGHT }} /> : null;
}

/** Up and down go to the same control of the next row. */
function moveByArrows(event: React.KeyboardEvent): void {
  const here = event.target as HTMLElement;
  const row = here.closest('tr');
  const next = { ArrowDown: row?.nextElementSibling, ArrowUp: row?.previousElementSibling }[event.key];
  const kind = here.tagName.toLowerCase();
  const there = next?.querySelector<HTMLElement>(kind === 'input' ? 'input' : 'button');
  if (there && row?.parentElement?.tagName === 'TBODY') {
    event.preventDefault();
    there.focus();
  }
}

function Head(props: RunTableProps): React.JSX.Element {
  const trans = useTrans();
  return (
    <thead>
      <tr aria-rowindex={1}>
        <th scope="col">
          <span className="od-visually-hidden">{trans.__('Compare')}</span>
        </th>
        <HeadCell {...props} of={NAME} />
        {props.columns.map(one => (
          <HeadCell key={one.id} {...props} of={one} />
        ))}
      </tr>
    </thead>
  );
}

function HeadCell(props: RunTableProps & { of: Column }): React.JSX.Element {
  const { of, sort } = props;
  const trans = useTrans();
  const isSorted = sort.column.id === of.id;
  const title = columnTitle(trans, of);
  const descending = isSorted ? !sort.descending : of.kind === 'metric' || of.key === 'started';
  return (
    <th
      scope="col"
      aria-sort={isSorted ? (sort.descending ? 'descending' : 'ascending') : undefined}
      className={isNumeric(of) ? 'od-mod-number' : ''}
    >
      <button
        className="od-RunTable-sort"
        title={trans.__('Sort by %1', title)}
        onClick={() => props.onSort({ column: of, descending })}
      >
        <span className="od-RunTable-key">{title}</span>
        {isSorted && <span aria-hidden="true">{sort.descending ? '▾' : '▴'}</span>}
      </button>
    </th>
  );
}

function isNumeric(of: Column): boolean {
  return of.kind === 'metric' || of.id === 'info:duration';
}

export function columnTitle(trans: TranslationBundle, of: Column): string {
  if (of.kind !== 'info') {
    return of.key;
  }
  const titles: Record<string, string> = {
    name: trans.__('Run'),
    started: trans.__('Started'),
    duration: trans.__('Duration'),
    user: trans.__('By')
  };
  return titles[of.key] ?? of.key;
}

interface RowProps {
  run: Run;
  index: number;
  columns: readonly Column[];
  place: number;
  onChoose: (id: string, on: boolean) => void;
  onOpen: (run: Run) => void;
}

const Row = React.memo(function Row(props: RowProps): React.JSX.Element {
  const { run, place, onChoose, onOpen } = props;
  const trans = useTrans();
  const isChosen = place >= 0;
  return (
    <tr aria-rowindex={props.index} aria-selected={isChosen} style={{ height: ROW_HEIGHT }}>
      <td className="od-RunTable-choose">
        <input
          type="checkbox"
          aria-label={trans.__('Compare %1', run.name)}
          checked={isChosen}
          style={isChosen ? { accentColor: colourOf(place) } : undefined}
          onChange={event => onChoose(run.id, event.target.checked)}
        />
      </td>
      <th scope="row">
        <Status status={run.status} short />{' '}
        <button className="od-Link" onClick={() => onOpen(run)} title={run.name}>
          {run.name}
        </button>
      </th>
      {props.columns.map(one => (
        <td key={one.id} className={isNumeric(one) ? 'od-mod-number' : ''}>
          <CellText of={one} value={cell(run, one)} />
        </td>
      ))}
    </tr>
  );
});

function CellText(props: { of: Column; value: Cell }): React.ReactNode {
  const { of, value } = props;
  if (value === null) {
    return <span className="od-muted">–</span>;
  }
  if (of.id === 'info:started') {
    return <Ago at={new Date(value).toISOString()} />;
  }
  if (of.id === 'info:duration') {
    return duration(value as number);
  }
  return <span title={String(value)}>{typeof value === 'number' ? figure(value) : value}</span>;
}
