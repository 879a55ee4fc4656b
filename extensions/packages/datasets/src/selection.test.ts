import { expect, test } from 'vitest';
import { moved, rectangle, selectedText } from './selection';

const extent = { rows: 1_000_000, columns: 3, page: 20 };
const cell = { row: 10, column: 1 };

test.each([
  ['ArrowDown', false, { row: 11, column: 1 }],
  ['ArrowUp', true, { row: 0, column: 1 }],
  ['ArrowLeft', false, { row: 10, column: 0 }],
  ['ArrowRight', true, { row: 10, column: 2 }],
  ['PageDown', false, { row: 30, column: 1 }],
  ['PageUp', false, { row: 0, column: 1 }],
  ['Home', false, { row: 10, column: 0 }],
  ['End', true, { row: 999_999, column: 2 }]
])('%s (with Ctrl: %s) leads to its cell and never out of the grid', (key, far, to) =>
  expect(moved(key, far, cell, extent)).toEqual(to)
);

test('other keys move nothing', () => {
  expect(moved('a', false, cell, extent)).toBeNull();
});

test('a selection is a rectangle whichever way it was drawn', () => {
  const selection = { anchor: { row: 5, column: 2 }, cursor: { row: 3, column: 1 } };
  expect(rectangle(selection)).toEqual({ top: 3, left: 1, bottom: 5, right: 2 });
});

test('what is selected is copied as spreadsheets read it', () => {
  const rows = [
    [1, 'a\tb', null],
    [0.5, 'say "x"', true]
  ];
  const selection = { anchor: { row: 0, column: 0 }, cursor: { row: 1, column: 2 } };
  expect(selectedText(selection, index => rows[index])).toBe('1\t"a\tb"\t\n0.5\t"say ""x"""\ttrue');
});

test('a row that is not here is not copied as if it were empty', () => {
  const selection = { anchor: { row: 0, column: 0 }, cursor: { row: 1, column: 0 } };
  expect(selectedText(selection, index => (index ? undefined : [1]))).toBeNull();
});
