import { expect, it } from 'vitest';
import { EventReader } from './events';

const STREAM =
  ': live\n\nid: 1-0\nevent: run\ndata: {"a": "x: y"}\n\n: nothing new\n\nid: 2-0\nevent: run\ndata: one\ndata: two\n\ndata: last\n\n';
const EVENTS = [
  { id: '1-0', type: 'run', data: '{"a": "x: y"}' },
  { id: '2-0', type: 'run', data: 'one\ntwo' },
  { id: '2-0', type: 'message', data: 'last' }
];

it('reads events and passes over comments', () => {
  expect(new EventReader().push(STREAM)).toEqual(EVENTS);
});

it.each([1, 2, 7, 50])('reads the same from pieces of %d characters', size => {
  const reader = new EventReader();
  const pieces = STREAM.match(new RegExp(`[^]{1,${size}}`, 'g'))!;
  expect(pieces.flatMap(one => reader.push(one))).toEqual(EVENTS);
});

it('gives no event before its end', () => {
  expect(new EventReader().push('id: 1\ndata: half\n')).toEqual([]);
});
