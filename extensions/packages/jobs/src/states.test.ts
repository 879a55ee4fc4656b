import { expect, it } from 'vitest';
import { Run, RunSummary } from './contract';
import { isRetryable, pollSeconds, saidOf, secondsOf, waitsForPage } from './states';

const run = (fields: Partial<RunSummary>): RunSummary =>
  ({ state: 'queued', started_at: null, duration_seconds: null, ...fields }) as RunSummary;

it('counts a run while it runs', () => {
  const started_at = '2026-01-01T00:00:00Z';
  expect(secondsOf(run({ state: 'running', started_at }), Date.parse('2026-01-01T00:00:09Z'))).toBe(9);
  expect(secondsOf(run({ state: 'running', started_at }), Date.parse('2025-12-31T23:59:59Z'))).toBe(0);
  expect(secondsOf(run({ state: 'failed', started_at, duration_seconds: 4 }))).toBe(4);
  expect(secondsOf(run({}))).toBeNull();
});

it('tries again what ended otherwise than well', () => {
  expect((['failed', 'skipped', 'cancelled', 'timed_out'] as const).every(isRetryable)).toBe(true);
  expect((['queued', 'running', 'succeeded'] as const).some(isRetryable)).toBe(false);
});

it('asks often only while something happens', () => {
  expect(pollSeconds([run({ state: 'running' }), null])).toBeLessThan(2);
  expect(pollSeconds([run({ state: 'failed' })])).toBeGreaterThanOrEqual(5);
  expect(pollSeconds(undefined)).toBeGreaterThanOrEqual(5);
  expect(pollSeconds([run({ state: 'running' })], true)).toBeGreaterThanOrEqual(30);
});

it('says the error beside the cell, and the cell once', () => {
  const message = "Cell 4 'Rank' failed. ZeroDivisionError: no";
  expect(saidOf(run({ failing_cell: 'Rank', message }))).toBe('ZeroDivisionError: no');
  expect(saidOf(run({ failing_cell: null, message: 'Cancelled by ann.' }))).toBe('Cancelled by ann.');
});

it('waits for the page of a run that has just ended', () => {
  const ended = { finished_at: '2026-01-01T00:00:00Z', outputs: ['executed.ipynb'] } as unknown as Run;
  const after = (seconds: number): number => Date.parse('2026-01-01T00:00:00Z') + seconds * 1000;
  expect(waitsForPage(ended, after(5))).toBe(true);
  expect(waitsForPage(ended, after(600))).toBe(false);
  expect(waitsForPage({ ...ended, outputs: ['executed.ipynb', 'executed.html'] }, after(5))).toBe(false);
});
