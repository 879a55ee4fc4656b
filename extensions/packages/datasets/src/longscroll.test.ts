import { expect, test } from 'vitest';
import { LongScroll, TALLEST } from './longscroll';

const SCREEN = 480;
const MILLION = 24_000_000; // a million rows of 24 pixels

test('what a browser can show is scrolled as it is', () => {
  const scroll = new LongScroll(10_000);
  expect(scroll.height).toBe(10_000);
  expect(scroll.follow(9_000, SCREEN)).toBe(false);
  expect([scroll.top, scroll.shift]).toEqual([9_000, 0]);
});

test('the wheel moves a longer whole by just its step', () => {
  const scroll = new LongScroll(MILLION);
  expect(scroll.height).toBe(TALLEST);
  for (let bar = 100; bar <= 1_000; bar += 100) {
    scroll.follow(bar, SCREEN);
  }
  expect(scroll.top).toBe(1_000);
});

test('the bar reaches every part of the whole, its ends too', () => {
  const scroll = new LongScroll(MILLION);
  const end = TALLEST - SCREEN;
  scroll.follow(end, SCREEN);
  expect(scroll.top).toBe(MILLION - SCREEN);
  scroll.follow(end / 2, SCREEN);
  expect(scroll.top).toBeCloseTo((MILLION - SCREEN) / 2, -1);
  scroll.follow(0, SCREEN);
  expect(scroll.top).toBe(0);
});

test('at rest the bar is put where the rows lie, and no row moves', () => {
  const scroll = new LongScroll(MILLION);
  scroll.follow(3_000, SCREEN);
  const bar = scroll.settle(SCREEN);
  expect(bar).toBeCloseTo(1_500, 0);
  expect(scroll.top).toBe(3_000);
  expect(scroll.follow(bar, SCREEN)).toBe(false);
  expect(scroll.top).toBe(3_000);
});

test('a bar that comes to its end before the rows do asks to settle', () => {
  const scroll = new LongScroll(MILLION);
  scroll.follow(3_000, SCREEN);
  scroll.follow(6_000, SCREEN);
  scroll.settle(SCREEN); // the bar is at 3,000
  expect(scroll.follow(1_500, SCREEN)).toBe(false);
  expect(scroll.follow(0, SCREEN)).toBe(true);
  expect(scroll.top).toBeCloseTo(3_000, 0);
  expect(scroll.settle(SCREEN)).toBeCloseTo(1_500, 0);
});

test('a row is brought into sight by as little as may be', () => {
  const scroll = new LongScroll(MILLION);
  const bar = scroll.show(MILLION - 24, MILLION, SCREEN);
  expect([scroll.top, bar]).toEqual([MILLION - SCREEN, TALLEST - SCREEN]);
  expect(scroll.show(MILLION - 48, MILLION - 24, SCREEN)).toBe(bar);
  scroll.show(0, 24, SCREEN);
  expect([scroll.top, scroll.shift]).toEqual([0, 0]);
});
