import { expect, test } from 'vitest';
import { MetricPoint } from './contract';
import { align, byRun, smoothed } from './series';

function point(step: number, value: number | string, timestamp = step * 1000): MetricPoint {
  return { key: 'loss', step, value, timestamp };
}

test('curves of different lengths stand over one axis, and what a curve lacks is no gap', () => {
  const curves = [
    { id: 'a', points: [point(0, 1), point(2, 3)] },
    { id: 'b', points: [point(1, 5), point(2, 6)] }
  ];
  expect(align(curves, 'step', 0, false)).toEqual({
    x: [0, 1, 2],
    ys: [
      [1, undefined, 3],
      [undefined, 5, 6]
    ]
  });
});

test('time is counted from each curve’s own start', () => {
  const curves = [
    { id: 'a', points: [point(0, 1, 10_000), point(1, 2, 12_500)] },
    { id: 'b', points: [point(0, 3, 90_000)] }
  ];
  expect(align(curves, 'time', 0, false)).toEqual({
    x: [0, 2.5],
    ys: [
      [1, 2],
      [3, undefined]
    ]
  });
});

test('of several values of a step the last one written counts', () => {
  const points = [point(1, 9, 5000), point(1, 1, 1000), point(0, 2, 0)];
  expect(align([{ id: 'a', points }], 'step', 0, false).ys).toEqual([[2, 9]]);
});

test('what is no number is a gap, and on a logarithmic axis so is what has no logarithm', () => {
  const points = [point(0, 'NaN'), point(1, 'Infinity'), point(2, 0), point(3, 0.5)];
  expect(align([{ id: 'a', points }], 'step', 0, false).ys[0]).toEqual([null, null, 0, 0.5]);
  expect(align([{ id: 'a', points }], 'step', 0, true).ys[0]).toEqual([null, null, null, 0.5]);
});

test('smoothing keeps a constant, begins at the first value, and passes over what is no number', () => {
  expect(smoothed([2, 2, 2], 0.9).map(one => Number(one.toFixed(9)))).toEqual([2, 2, 2]);
  const [first, gap, last] = smoothed([1, NaN, 3], 0.5);
  expect(first).toBeCloseTo(1);
  expect(gap).toBeNaN();
  expect(last).toBeCloseTo((1 * 0.25 + 3 * 0.5) / 0.75);
  expect(smoothed([1, 5], 0)).toEqual([1, 5]);
});

test('an answer for several runs is told apart, in the order of the runs', () => {
  const points = [
    { ...point(0, 1), run_id: 'b' },
    { ...point(0, 2), run_id: 'a' },
    { ...point(1, 3), run_id: 'other' }
  ];
  expect(byRun(points, ['a', 'b', 'c']).map(one => one.points.length)).toEqual([1, 1, 0]);
});
