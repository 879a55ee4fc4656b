import { expect, test } from 'vitest';
import { imageType, kindOf, readable } from './filekinds';

test('a file is shown by its name', () => {
  expect(['a/b.PNG', 'MLmodel', 'notes.txt', 'model.pkl', 'noending'].map(kindOf)).toEqual([
    'image',
    'text',
    'text',
    'other',
    'other'
  ]);
  expect(imageType('plots/x.svg')).toBe('image/svg+xml');
});

test('JSON is laid out where it is whole, and anything else stays as it is', () => {
  expect(readable('a.json', '{"a":1}', true)).toBe('{\n  "a": 1\n}');
  expect(readable('a.json', '{"a":1', false)).toBe('{"a":1');
  expect(readable('a.json', 'NaN,', true)).toBe('NaN,');
  expect(readable('a.txt', '{"a":1}', true)).toBe('{"a":1}');
});
