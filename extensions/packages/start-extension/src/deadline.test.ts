import { describe, expect, it } from 'vitest';
import { Deadline, endsSoon, fullness, ServerState } from './deadline';

const MEMORY = { used_bytes: 2e9, total_bytes: 3e9, processes: 3, limit_bytes: 8e9, per_process: true };
const HOUR = 3600;

function after(minutes: number, stops_in_seconds: number | null = HOUR, timeout = HOUR): [Deadline, number] {
  const state: ServerState = {
    profile: 'small',
    memory: MEMORY,
    idle_timeout_seconds: timeout,
    stops_in_seconds,
    longest_seconds: null,
    ends_in_seconds: null
  };
  const deadline = new Deadline();
  deadline.learn(state, 0);
  return [deadline, minutes * 60_000];
}

describe('deadline', () => {
  it('counts down between two answers, and not below nothing', () => {
    const [deadline] = after(0);
    expect(deadline.left(60_000)).toBe(HOUR - 60);
    expect(deadline.left(2 * HOUR * 1000)).toBe(0);
  });

  it('is near under half an hour', () => {
    const [deadline] = after(0);
    expect(deadline.isNear(29 * 60_000)).toBe(false);
    expect(deadline.isNear(31 * 60_000)).toBe(true);
  });

  it('of a short time is near when half of it is gone', () => {
    const [deadline] = after(0, 600, 600);
    expect(deadline.isNear(4 * 60_000)).toBe(false);
    expect(deadline.isNear(6 * 60_000)).toBe(true);
  });

  it('warns ten minutes ahead, of a short time when a quarter is left', () => {
    expect(after(0)[0].untilWarning(0)).toBe(50 * 60);
    expect(after(0, 60, 60)[0].untilWarning(0)).toBe(45);
  });

  it('begins anew where the server is in use', () => {
    const [deadline] = after(0);
    deadline.renew(50 * 60_000);
    expect(deadline.left(50 * 60_000)).toBe(HOUR);
  });

  it('is none while nothing is going to stop the server', () => {
    const [deadline, now] = after(1, null);
    expect([deadline.left(now), deadline.isNear(now), deadline.untilWarning(now)]).toEqual([
      null,
      false,
      null
    ]);
  });
});

it('says half an hour ahead that a server has run as long as it may, of a short time when a quarter is left', () => {
  const at = (left: number | null, longest: number | null): number | null =>
    endsSoon({
      profile: null,
      memory: MEMORY,
      idle_timeout_seconds: null,
      stops_in_seconds: null,
      longest_seconds: longest,
      ends_in_seconds: left
    });
  expect(at(31 * 60, 12 * HOUR)).toBe(null);
  expect(at(29 * 60, 12 * HOUR)).toBe(29 * 60);
  expect(at(16 * 60, HOUR)).toBe(null);
  expect(at(14 * 60, HOUR)).toBe(14 * 60);
  expect(at(null, null)).toBe(null);
});

it('measures how full the memory is', () => {
  expect(fullness(MEMORY)).toBe(0.25);
  expect(fullness({ ...MEMORY, used_bytes: 9e9 })).toBe(1);
  expect(fullness({ ...MEMORY, limit_bytes: null })).toBe(null);
});
