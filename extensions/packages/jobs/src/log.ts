/** A log that grows: parts are put to the end, and a very long one keeps its end alone. */

import { RunLog } from './contract';

const MOST_KEPT = 400_000; // characters; more makes the page slow, and the file can be downloaded

export interface LogText {
  text: string;
  /** Where the next part starts, in bytes. */
  next: number;
  complete: boolean;
  /** Whether the beginning was left out. */
  cut: boolean;
}

export const NO_LOG: LogText = { text: '', next: 0, complete: false, cut: false };

export function append(log: LogText, part: RunLog): LogText {
  const text = log.text + part.text;
  const cut = text.length > MOST_KEPT;
  return {
    text: cut ? text.slice(text.indexOf('\n', text.length - MOST_KEPT) + 1) : text,
    next: part.next_offset,
    complete: part.complete,
    cut: log.cut || cut
  };
}

// eslint-disable-next-line no-control-regex -- terminals speak in control characters
const ESCAPES = /\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])/g;

/** Take the colours of a terminal out, and give a line that was written over as it was last. */
export function plain(text: string): string {
  return text
    .replace(ESCAPES, '')
    .replace(/\r\n/g, '\n')
    .replace(/[^\n]*\r(?=[^\n])/g, '')
    .replace(/\r/g, '');
}
