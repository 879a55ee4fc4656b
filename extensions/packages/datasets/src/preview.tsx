import { Column, DatasetVersion, Empty, number, Refusal, useLatest, useTrans } from '@onedata/core';
import {
  BasicKeyHandler,
  BasicMouseHandler,
  BasicSelectionModel,
  DataGrid,
  DataModel,
  TextRenderer
} from '@lumino/datagrid';
import { Widget } from '@lumino/widgets';
import React from 'react';
import { readRows } from './api';
import { Blocks } from './blocks';

const BLOCK_ROWS = 200;
const BLOCKS_KEPT = 40;
const MOMENT_WIDTH = 170;

/** The rows of a version, read a block at a time as they come into sight. */
export function Preview(props: { version: DatasetVersion }): React.JSX.Element {
  const { version } = props;
  const trans = useTrans();
  const host = React.useRef<HTMLDivElement>(null);
  const [error, setError] = React.useState<unknown>(null);
  const [turn, setTurn] = React.useState(0);
  const rows = version.rows ?? 0;
  const isTable = version.columns.length > 0 && version.format !== 'files';
  const shown = useLatest(version);
  // A layout's effect ends while the page is still whole: a grid that has lost its page cannot be detached.
  React.useLayoutEffect(() => {
    if (!host.current || !isTable || rows === 0) {
      return;
    }
    const model = new RowsModel(shown.current, setError);
    const grid = makeGrid(host.current, model);
    const observer = new MutationObserver(() => dress(grid, host.current!));
    observer.observe(document.body, { attributes: true, attributeFilter: ['data-jp-theme-name'] });
    const resized = new ResizeObserver(() => grid.fit());
    resized.observe(host.current);
    return () => {
      observer.disconnect();
      resized.disconnect();
      model.dispose();
      Widget.detach(grid);
      grid.dispose();
    };
  }, [shown, version.workspace, version.name, version.version, isTable, rows, turn]);
  if (!isTable) {
    return (
      <Empty title={trans.__('No table to preview')}>{trans.__('This version holds plain files.')}</Empty>
    );
  }
  if (rows === 0) {
    return <Empty title={trans.__('No rows')}>{trans.__('The table has columns and no rows.')}</Empty>;
  }
  const retry = (): void => {
    setError(null);
    setTurn(before => before + 1);
  };
  return (
    <div className="od-Preview">
      {error ? <Refusal error={error} onRetry={retry} /> : null}
      <div
        className="od-Preview-grid"
        ref={host}
        role="region"
        aria-label={trans.__(
          'Rows of %1: %2 rows, %3 columns',
          version.name,
          number(rows),
          version.columns.length
        )}
      />
    </div>
  );
}

/** What the grid draws: rows by number, and `…` for those on their way. */
class RowsModel extends DataModel {
  constructor(
    private readonly _version: DatasetVersion,
    onError: (error: unknown) => void
  ) {
    super();
    const { workspace, name, version } = _version;
    this._blocks = new Blocks(
      (offset, limit, signal) => readRows({ workspace, name, version }, offset, limit, signal),
      BLOCK_ROWS,
      BLOCKS_KEPT,
      (row, rowSpan) =>
        this.emitChanged({
          type: 'cells-changed',
          region: 'body',
          row,
          column: 0,
          rowSpan,
          columnSpan: _version.columns.length
        }),
      onError
    );
  }

  get columns(): readonly Column[] {
    return this._version.columns;
  }

  rowCount(region: DataModel.RowRegion): number {
    return region === 'body' ? (this._version.rows ?? 0) : 1;
  }

  columnCount(region: DataModel.ColumnRegion): number {
    return region === 'body' ? this._version.columns.length : 1;
  }

  data(region: DataModel.CellRegion, row: number, column: number): unknown {
    switch (region) {
      case 'column-header':
        return this._version.columns[column].name;
      case 'row-header':
        return row + 1;
      case 'corner-header':
        return '';
      default: {
        const found = this._blocks.row(row);
        return found ? (found[column] ?? null) : undefined;
      }
    }
  }

  dispose(): void {
    this._blocks.dispose();
  }

  private readonly _blocks: Blocks;
}

/** Arrows move a cursor from cell to cell; Tab goes on to what is behind the grid. */
class Keys extends BasicKeyHandler {
  override onKeyDown(grid: DataGrid, event: KeyboardEvent): void {
    if (event.key !== 'Tab') {
      super.onKeyDown(grid, event);
    }
  }
}

function makeGrid(host: HTMLElement, model: RowsModel): DataGrid {
  const grid = new DataGrid({
    defaultSizes: { rowHeight: 22, columnWidth: 130, rowHeaderWidth: 72, columnHeaderHeight: 24 },
    stretchLastColumn: true
  });
  grid.dataModel = model;
  grid.keyHandler = new Keys();
  grid.mouseHandler = new BasicMouseHandler();
  grid.selectionModel = new BasicSelectionModel({ dataModel: model, selectionMode: 'cell' });
  dress(grid, host);
  model.columns.forEach(({ type }, place) => {
    if (type.startsWith('timestamp')) {
      grid.resizeColumn('body', place, MOMENT_WIDTH);
    }
  });
  const { node } = grid.viewport;
  node.tabIndex = 0;
  node.setAttribute('role', 'group');
  node.setAttribute('aria-label', host.getAttribute('aria-label')!);
  Widget.attach(grid, host);
  return grid;
}

/** A cell as text: a fraction to as many digits as its column shows, as a number that is cut says something else. */
function cellText(value: unknown): string {
  if (value === undefined || value === null) {
    return value === null ? 'null' : '…';
  }
  return typeof value === 'number' && !Number.isInteger(value)
    ? String(Number(value.toPrecision(10)))
    : typeof value === 'string'
      ? value
      : JSON.stringify(value);
}

/** Give the grid JupyterLab's own colours: it draws on a canvas, which no style sheet reaches. */
function dress(grid: DataGrid, host: HTMLElement): void {
  const style = getComputedStyle(host);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const font = `12px ${colour('--jp-ui-font-family') || 'sans-serif'}`;
  const ink = colour('--jp-ui-font-color1');
  const faint = colour('--jp-ui-font-color3');
  const line = colour('--jp-border-color2');
  grid.style = {
    ...DataGrid.defaultStyle,
    voidColor: colour('--jp-layout-color1'),
    backgroundColor: colour('--jp-layout-color1'),
    headerBackgroundColor: colour('--jp-layout-color2'),
    gridLineColor: line,
    headerGridLineColor: line,
    selectionFillColor: 'rgba(33, 150, 243, 0.2)',
    selectionBorderColor: colour('--jp-brand-color1'),
    cursorFillColor: 'rgba(33, 150, 243, 0.2)',
    cursorBorderColor: colour('--jp-brand-color1')
  };
  const isNumber = (value: unknown): boolean => typeof value === 'number';
  const body = new TextRenderer({
    font,
    textColor: ({ value }) => (value === null || value === undefined ? faint : ink),
    horizontalAlignment: ({ value }) => (isNumber(value) ? 'right' : 'left'),
    format: ({ value }) => cellText(value)
  });
  const header = new TextRenderer({
    font: `600 ${font}`,
    textColor: ink,
    horizontalAlignment: 'left',
    elideDirection: 'right'
  });
  const numbers = new TextRenderer({
    font,
    textColor: faint,
    horizontalAlignment: 'right',
    format: ({ value }) => number(value as number)
  });
  grid.cellRenderers.update({
    body,
    'column-header': header,
    'corner-header': header,
    'row-header': numbers
  });
}
