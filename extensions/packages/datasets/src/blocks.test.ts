import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Blocks } from './blocks';

const SIZE = 10;
const PAUSE = 250;

/** Rows that come when the test says so. */
class Source {
  asked: number[] = [];
  private waiting = new Map<number, { give: () => void; fail: (error: Error) => void }>();

  fetch = (offset: number, limit: number): Promise<{ rows: unknown[][] }> => {
    this.asked.push(offset);
    return new Promise((resolve, reject) => {
      const rows = Array.from({ length: limit }, (_, place) => [offset + place]);
      this.waiting.set(offset, { give: () => resolve({ rows }), fail: reject });
    });
  };

  async give(offset: number): Promise<void> {
    this.waiting.get(offset)!.give();
    await vi.advanceTimersByTimeAsync(0);
  }

  async fail(offset: number): Promise<void> {
    this.waiting.get(offset)!.fail(new Error('away'));
    await vi.advanceTimersByTimeAsync(0);
  }

  giveAll(): void {
    this.waiting.forEach(({ give }) => give());
  }
}

interface Made {
  blocks: Blocks;
  come: () => number;
  errors: unknown[];
}

function blocksOf(source: Source, most = 2): Made {
  let count = 0;
  const errors: unknown[] = [];
  const blocks = new Blocks({
    fetch: source.fetch,
    size: SIZE,
    most,
    pauseMilliseconds: PAUSE,
    onBlock: () => count++,
    onError: error => errors.push(error)
  });
  return { blocks, come: () => count, errors };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test('a block is asked for once however often its rows are looked at', async () => {
  const source = new Source();
  const { blocks, come } = blocksOf(source);
  for (let turn = 0; turn < 3; turn++) {
    blocks.look(12, 18);
    await vi.advanceTimersByTimeAsync(PAUSE);
  }
  expect(source.asked).toEqual([10]);
  expect(blocks.row(13)).toBeUndefined();
  await source.give(10);
  expect(come()).toBe(1);
  expect(blocks.row(13)).toEqual([13]);
});

test('to look at a row asks for nothing: it is drawing that looks', () => {
  const source = new Source();
  expect(blocksOf(source).blocks.row(5)).toBeUndefined();
  expect(source.asked).toEqual([]);
});

test('a sight across two blocks asks for both', () => {
  const source = new Source();
  blocksOf(source).blocks.look(8, 12);
  expect(source.asked).toEqual([0, 10]);
});

test('the oldest block makes room, and is asked for again when it is looked at', async () => {
  const source = new Source();
  const { blocks } = blocksOf(source);
  for (const offset of [0, 10, 20, 0]) {
    blocks.look(offset, offset + 5);
    await vi.advanceTimersByTimeAsync(PAUSE);
    await source.give(offset);
  }
  expect(source.asked).toEqual([0, 10, 20, 0]);
  expect(blocks.row(12)).toBeUndefined();
  expect(blocks.row(25)).toEqual([25]);
});

test('of what is scrolled past fast, a little is asked for, and the last of it always', async () => {
  const source = new Source();
  const { blocks } = blocksOf(source, 10);
  for (let row = 0; row < 1000; row += SIZE) {
    blocks.look(row, row + SIZE);
    await vi.advanceTimersByTimeAsync(PAUSE / 25);
    source.giveAll();
  }
  await vi.advanceTimersByTimeAsync(PAUSE);
  expect(source.asked.length).toBeGreaterThan(2);
  expect(source.asked.length).toBeLessThan(7);
  expect(source.asked.at(-1)).toBe(990);
});

test('a slow server has two questions at a time, and then the one that matters', async () => {
  const source = new Source();
  const { blocks } = blocksOf(source);
  for (let row = 0; row < 100; row += SIZE) {
    blocks.look(row, row + SIZE);
    await vi.advanceTimersByTimeAsync(PAUSE);
  }
  expect(source.asked).toEqual([0, 10]);
  await source.give(0);
  await vi.advanceTimersByTimeAsync(PAUSE);
  expect(source.asked).toEqual([0, 10, 90]);
});

test('a block that failed is told of, and asked for again', async () => {
  const source = new Source();
  const { blocks, errors } = blocksOf(source);
  blocks.look(0, 5);
  await source.fail(0);
  expect(String(errors[0])).toContain('away');
  await vi.advanceTimersByTimeAsync(10 * PAUSE);
  expect(source.asked).toEqual([0]); // not by itself: it would fail again and again
  blocks.again();
  await source.give(0);
  expect(blocks.row(0)).toEqual([0]);
});

test('nothing is told or asked after the grid is gone', async () => {
  const source = new Source();
  const { blocks, come } = blocksOf(source);
  blocks.look(0, 5);
  blocks.look(10, 15);
  blocks.dispose();
  await source.give(0);
  await vi.advanceTimersByTimeAsync(10 * PAUSE);
  expect(come()).toBe(0);
  expect(source.asked).toEqual([0]);
});
