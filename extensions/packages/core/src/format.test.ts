import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ago, bytes, duration, figure, share } from './format';
import { setLocale } from './locale';

setLocale('en-GB');

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [999.6, '1 kB'],
  [1_234_567, '1.2 MB'],
  [99_600_000, '100 MB'],
  [5e15, '5 PB'],
  [5e18, '5,000 PB']
])('%d bytes read %s', (count, text) => expect(bytes(count)).toBe(text));

test.each([
  [0.85, '850 ms'],
  [12.34, '12.3 s'],
  [59.97, '1 min'],
  [245, '4 min 5 s'],
  [12_000, '3 h 20 min'],
  [187_200, '2 d 4 h']
])('%d seconds read %s', (seconds, text) => expect(duration(seconds)).toBe(text));

test.each([
  [336776, '336,776'],
  [2013, '2013'],
  [13.24123456, '13.2412'],
  [2000.48, '2000.48'],
  [12345.6, '12,345.6'],
  [0.00001234, '1.234e-5'],
  [0, '0'],
  [null, '–'],
  [Infinity, 'Infinity'],
  ['UA', 'UA']
])('%s is shown as %s', (value, text) => expect(figure(value)).toBe(text));

test('a moment is told from now, in the language that was set', () => {
  const now = new Date('2026-01-01T12:00:00Z');
  expect(ago('2026-01-01T11:57:00Z', now)).toBe('3 minutes ago');
  expect(ago('2026-01-01T14:00:00Z', now)).toBe('in 2 hours');
  setLocale('zh_CN');
  expect(ago('2026-01-01T11:57:00Z', now)).toBe('3分钟前');
  setLocale('en-GB');
});

test('units are in the language that was set', () => {
  const file = new URL('../../../onedata_lab/locale/zh_CN/LC_MESSAGES/onedata.json', import.meta.url);
  const chinese = JSON.parse(readFileSync(file, 'utf-8')) as Record<string, string[]>;
  setLocale('zh_CN', {
    _p: (context, text, count: string) => chinese[`${context}\u0004${text}`][0].replace('%1', count)
  });
  expect([0.85, 12.34, 245, 12_000, 187_200].map(duration)).toEqual([
    '850 毫秒',
    '12.3 秒',
    '4 分 5 秒',
    '3 小时 20 分',
    '2 天 4 小时'
  ]);
  setLocale('en-GB');
});

test('a share of nothing is no number', () => {
  expect(share(1, 0)).toBe('–');
  expect(share(1, 40)).toBe('2.5%');
});
