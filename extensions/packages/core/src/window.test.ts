import { expect, test } from 'vitest';
import { rowsInSight } from './window';

test('rows in sight are drawn, with some around them, and never more than there are', () => {
  for (let scrolled = 0; scrolled < 60_000; scrolled += 37) {
    const { first, end } = rowsInSight(scrolled, 600, 30, 2000);
    expect(first).toBeLessThanOrEqual(Math.floor(scrolled / 30));
    expect(end).toBeGreaterThanOrEqual(Math.min(2000, Math.ceil((scrolled + 600) / 30)));
    expect(end - first).toBeLessThan(60);
    expect(end).toBeLessThanOrEqual(2000);
  }
});

test('a short table is drawn whole, and one that has become shorter shows its end', () => {
  expect(rowsInSight(0, 600, 30, 3)).toEqual({ first: 0, end: 3 });
  expect(rowsInSight(50_000, 600, 30, 3)).toEqual({ first: 0, end: 3 });
  expect(rowsInSight(0, 600, 30, 0)).toEqual({ first: 0, end: 0 });
});
