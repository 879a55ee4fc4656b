import { expect, test } from 'vitest';
import { parseNode } from './node-id';

test('a node is read by its kind, and only data and models have versions', () => {
  expect(parseNode('dataset:team-a/flights@3')).toEqual({
    kind: 'dataset',
    workspace: 'team-a',
    name: 'flights',
    version: '3'
  });
  expect(parseNode('model:team-a/delays')).toMatchObject({ name: 'delays', version: null });
  expect(parseNode('notebook:user-ann/a@b/train@2.ipynb')).toMatchObject({
    name: 'a@b/train@2.ipynb',
    version: null
  });
});

test('anything else is no node', () => {
  expect(parseNode('external')).toBeNull();
  expect(parseNode('dataset:flights')).toBeNull();
});
