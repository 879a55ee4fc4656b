import { expect, test } from 'vitest';
import { filling, Sections } from './sections';

test('the columns between two places are those that show there, half ones too', () => {
  const columns = new Sections([100, 50, 100]);
  expect(columns.total).toBe(250);
  expect(columns.between(0, 1_000)).toEqual([0, 3]);
  expect(columns.between(99, 101)).toEqual([0, 2]);
  expect(columns.between(100, 150)).toEqual([1, 2]);
  expect(columns.between(300, 400)).toEqual([3, 3]);
});

test('the last column takes the place that is left, and none where there is none', () => {
  expect(filling([100, 50], 400).sizes).toEqual([100, 300]);
  expect(filling([100, 50], 120).sizes).toEqual([100, 50]);
  expect(filling([], 120).total).toBe(0);
});
