import { expect, test } from 'vitest';
import { codeToLoad, parseRef, refText, variableName } from './refs';

test.each(['team-a/flights@3', 'user-ann/planes'])('%s reads back as it was', text => {
  expect(refText(parseRef(text)!)).toBe(text);
});

test.each(['flights', 'a/b@0', 'a/b@x', 'a/b/c', ''])('%j is no reference', text => {
  expect(parseRef(text)).toBeNull();
});

test.each([
  ['flights', 'flights'],
  ['2026-flights.raw', '_2026_flights_raw'],
  ['class', 'class_'],
  ['od', 'od_']
])('%s becomes the Python name %s', (name, variable) => expect(variableName(name)).toBe(variable));

test('a table loads as a frame and plain files as a path', () => {
  const ref = { workspace: 'team-a', name: 'raw-files', version: 2 };
  expect(codeToLoad(ref, 'parquet')).toContain('raw_files = od.datasets.load("team-a/raw-files@2")');
  expect(codeToLoad(ref, 'files')).toContain('load("team-a/raw-files@2", as_="path")');
});
