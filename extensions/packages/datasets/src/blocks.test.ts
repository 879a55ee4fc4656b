import { expect, test } from 'vitest';
import { Blocks } from './blocks';

const SIZE = 10;

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
    await new Promise(resolve => setTimeout(resolve));
  }

  async fail(offset: number): Promise<void> {
    this.waiting.get(offset)!.fail(new Error('away'));
    await new Promise(resolve => setTimeout(resolve));
  }
}

function blocksOf(source: Source, most = 2): { blocks: Blocks; told: number[]; errors: unknown[] } {
  const told: number[] = [];
  const errors: unknown[] = [];
  const blocks = new Blocks(
    source.fetch,
    SIZE,
    most,
    offset => told.push(offset),
    error => errors.push(error)
  );
  return { blocks, told, errors };
}

test('a block is asked for once however often its rows are looked at', async () => {
  const source = new Source();
  const { blocks, told } = blocksOf(source);
  expect([blocks.row(12), blocks.row(13), blocks.row(19)]).toEqual([undefined, undefined, undefined]);
  await source.give(10);
  expect(source.asked).toEqual([10]);
  expect(told).toEqual([10]);
  expect(blocks.row(13)).toEqual([13]);
});

test('the oldest block makes room, and is asked for again when it is looked at', async () => {
  const source = new Source();
  const { blocks } = blocksOf(source);
  for (const offset of [0, 10, 20]) {
    blocks.row(offset);
    await source.give(offset);
  }
  expect(blocks.row(25)).toEqual([25]);
  expect(blocks.row(5)).toBeUndefined();
  expect(source.asked).toEqual([0, 10, 20, 0]);
});

test('of blocks scrolled past only the last ones are asked for', async () => {
  const source = new Source();
  const { blocks } = blocksOf(source, 10);
  for (let row = 0; row < 1000; row += SIZE) {
    blocks.row(row);
  }
  expect(source.asked).toEqual([0, 10, 20]);
  await source.give(0);
  expect(source.asked.at(-1)).toBe(990);
});

test('a block that failed is told of and asked for again', async () => {
  const source = new Source();
  const { blocks, errors } = blocksOf(source);
  blocks.row(0);
  await source.fail(0);
  expect(String(errors[0])).toContain('away');
  blocks.row(0);
  await source.give(0);
  expect(blocks.row(0)).toEqual([0]);
});

test('nothing is told after the grid is gone', async () => {
  const source = new Source();
  const { blocks, told } = blocksOf(source);
  blocks.row(0);
  blocks.dispose();
  await source.give(0);
  expect(told).toEqual([]);
});
