import { expect, test } from 'vitest';
import { momentOf } from './moments';

test.each([
  [1_707_665_400, 'timestamp[us]', '2024-02-11 15:30:00'],
  [1_707_665_400, 'timestamp[ns, tz=UTC]', '2024-02-11 15:30:00'],
  [1_707_665_400.5, 'date32[day]', '2024-02-11'],
  ['2013-01-01T06:00:00', 'timestamp[us]', '2013-01-01 06:00:00'],
  ['2013-01-01', 'date32[day]', '2013-01-01'],
  [1349.05, 'double', null],
  [3600, 'duration[s]', null],
  [1e300, 'timestamp[us]', null],
  ['T-shirt', 'string', null],
  [null, 'timestamp[us]', null]
])('%s of a column of %s is the moment %s', (value, type, words) =>
  expect(momentOf(value, type)).toBe(words)
);
