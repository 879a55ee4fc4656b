import type { TranslationBundle } from '@jupyterlab/translation';
import { describe, expect, it } from 'vitest';
import { detailsOf, HomeState, newsOf } from './home-words';

const trans = {
  __: (text: string, ...values: string[]) => text.replace(/%(\d)/g, (_, place) => values[place - 1])
} as TranslationBundle;
const size = (bytes: number): string => `${bytes / 2 ** 20} MiB`;
const WELL: HomeState = {
  troubles: [],
  room: { used_bytes: 2 ** 30, total_bytes: 2 ** 34, free_bytes: 2 ** 34 - 2 ** 30 },
  is_short: false,
  largest: [],
  freeable_bytes: 0,
  conflicts: [],
  left_behind: {}
};

describe('the news of a home', () => {
  it('is none where all is well', () => {
    expect(newsOf(WELL, trans)).toEqual([]);
  });

  it('says once that a home is full', () => {
    const full: HomeState = {
      ...WELL,
      is_short: true,
      troubles: [{ kind: 'full', detail: 'No space left' }]
    };
    expect(newsOf(full, trans).map(one => [one.kind, one.isTrouble])).toEqual([['full', true]]);
  });

  it('warns before a home is full', () => {
    expect(newsOf({ ...WELL, is_short: true }, trans).map(one => one.kind)).toEqual(['short']);
  });

  it('names what takes the room and what can be removed', () => {
    const largest = [{ path: 'data', size_bytes: 3 * 2 ** 30, is_whole: true }];
    const said = detailsOf('full', { ...WELL, largest, freeable_bytes: 2 ** 20 }, size, trans);
    expect(said[1]).toBe('3072 MiB  data');
    expect(said[3]).toContain('1 MiB');
  });

  it('tells how to add what another Python had', () => {
    const state = { ...WELL, left_behind: { 'python3.10': ['black', 'humanize'] } };
    expect(newsOf(state, trans).map(one => one.kind)).toEqual(['conflicts']);
    expect(detailsOf('conflicts', state, size, trans)[0]).toContain('uv pip install black humanize');
  });
});
