import { rowsInSight } from '@onedata/core';
import React from 'react';
import { flushSync } from 'react-dom';
import { LongScroll } from './longscroll';

const REST_MILLISECONDS = 150;
/** Scrolling aside draws anew in steps of so many pixels. */
export const SIDE_STEP = 64;

/** What of a grid is to be drawn. Lengths are pixels. */
export interface Sight {
  first: number;
  /** One past the last row. */
  end: number;
  /** How much lower in the scrolled element the rows are drawn than they lie in the whole. */
  shift: number;
  left: number;
  width: number;
  /** Rows that are wholly in sight. */
  page: number;
}

export interface Scrolling {
  sight: Sight;
  /** How high the rows' element is. */
  height: number;
  onScroll: () => void;
  /** Give the first row that is wholly in sight. */
  firstRow: () => number;
  /** Bring a row, and what lies between two places of it, into sight. */
  show: (row: number, from: number, to: number) => void;
}

/**
 * Follow what of a grid is in sight.
 *
 * @param host The element that scrolls; its first `edge` pixels, from left and top, are always covered.
 */
export function useSight(
  host: React.RefObject<HTMLDivElement | null>,
  rows: number,
  rowHeight: number,
  edge: { left: number; top: number }
): Scrolling {
  const { left, top } = edge;
  const scroll = React.useMemo(() => new LongScroll(rows * rowHeight), [rows, rowHeight]);
  const [sight, setSight] = React.useState<Sight>(NOTHING);
  const rest = React.useRef(0);
  const look = React.useCallback((): void => {
    const node = host.current!;
    const height = node.clientHeight - top;
    const next: Sight = {
      ...rowsInSight(scroll.top, height, rowHeight, rows),
      shift: scroll.shift,
      left: Math.floor(node.scrollLeft / SIDE_STEP) * SIDE_STEP,
      width: node.clientWidth - left,
      page: Math.max(1, Math.floor(height / rowHeight))
    };
    setSight(before => (isSame(before, next) ? before : next));
  }, [host, scroll, rows, rowHeight, left, top]);
  // Rows and bar go to their new places in one frame.
  const scrollTo = React.useCallback(
    (bar: number): void => {
      host.current!.scrollTop = bar;
      flushSync(look);
    },
    [host, look]
  );
  const onScroll = React.useCallback((): void => {
    const node = host.current!;
    const screen = node.clientHeight - top;
    window.clearTimeout(rest.current);
    if (scroll.follow(node.scrollTop, screen)) {
      scrollTo(scroll.settle(screen));
    } else {
      rest.current = window.setTimeout(() => scrollTo(scroll.settle(screen)), REST_MILLISECONDS);
      look();
    }
  }, [host, scroll, look, scrollTo, top]);
  React.useLayoutEffect(() => {
    const observer = new ResizeObserver(look);
    observer.observe(host.current!);
    look();
    return () => {
      observer.disconnect();
      window.clearTimeout(rest.current);
    };
  }, [host, look]);
  const show = React.useCallback(
    (row: number, from: number, to: number): void => {
      const node = host.current!;
      const width = node.clientWidth - left;
      const screen = node.clientHeight - top;
      node.scrollLeft = Math.min(from, Math.max(node.scrollLeft, to - width));
      scrollTo(scroll.show(row * rowHeight, (row + 1) * rowHeight, screen));
    },
    [host, scroll, scrollTo, rowHeight, left, top]
  );
  const firstRow = React.useCallback(() => Math.ceil(scroll.top / rowHeight), [scroll, rowHeight]);
  return { sight, height: scroll.height, onScroll, firstRow, show };
}

const NOTHING: Sight = { first: 0, end: 0, shift: 0, left: 0, width: 0, page: 1 };

function isSame(one: Sight, other: Sight): boolean {
  return (Object.keys(one) as (keyof Sight)[]).every(key => one[key] === other[key]);
}
