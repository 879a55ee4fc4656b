/** Which rows of a long table are drawn: those in sight, and some around them. */
export interface RowWindow {
  first: number;
  /** One past the last. */
  end: number;
}

const AROUND = 12;
const STEP = 6;

/** Rows all have one height. The window moves in steps, so that most scrolling draws nothing anew. */
export function rowsInSight(scrolled: number, height: number, rowHeight: number, total: number): RowWindow {
  const top = Math.floor(scrolled / rowHeight / STEP) * STEP;
  const shown = Math.ceil(height / rowHeight) + STEP;
  const first = Math.max(0, Math.min(top, total) - AROUND);
  return { first, end: Math.min(total, top + shown + AROUND) };
}
