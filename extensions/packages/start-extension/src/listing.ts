import { call } from '@onedata/core';
import type { Start } from './starts';

let known: Promise<Start[]> | null = null;

/** Ask the server for the templates and tutorials, once; after a failure it is asked again. */
export function listStarts(): Promise<Start[]> {
  known ??= call<{ items: Start[] }>('local', 'templates').then(
    ({ items }) => items,
    error => {
      known = null;
      throw error;
    }
  );
  return known;
}
