import { expect, test } from 'vitest';
import { readPages } from './paging';

const PAGES: Record<string, { items: number[]; next: string | null }> = {
  '': { items: [1, 2], next: 'b' },
  b: { items: [3], next: 'c' },
  c: { items: [4], next: null }
};
const read = async (cursor: string | null): Promise<{ items: number[]; next: string | null }> =>
  PAGES[cursor ?? ''];

test.each([
  [1, [1, 2], true],
  [2, [1, 2, 3], true],
  [3, [1, 2, 3, 4], false],
  [9, [1, 2, 3, 4], false]
])('%d pages hold %j', async (pages, items, more) => {
  expect(await readPages(read, pages)).toEqual({ items, more });
});
