import { expect, test } from 'vitest';
import { digestText, notebookDigest } from './digest';

const CELLS = [
  {
    cell_type: 'code',
    source: ['x = 1\n', 'y = \'ü 😀 \u007f \u0001 "q" \\\\\''],
    metadata: { tags: ['b', 'a', 3] }
  },
  { cell_type: 'code', source: 'injected', metadata: { tags: ['injected-parameters'] } },
  { cell_type: 'markdown', source: '# Title' }
];

test('a notebook has the digest that the library gives it', async () => {
  // Made by onedata.contract.notebooks.notebook_digest of the same cells.
  expect(await notebookDigest(CELLS)).toBe(
    '982c231d09a8a818cf39ca368e503a80fd04e908b4c3aad2c4dff1008d0871fd'
  );
});

test('what was injected leaves the digest as it is, and an edit does not', () => {
  expect(digestText(CELLS)).toBe(digestText(CELLS.filter((_, place) => place !== 1)));
  expect(digestText(CELLS)).not.toBe(digestText([CELLS[0], { ...CELLS[2], source: '# Other' }]));
});
