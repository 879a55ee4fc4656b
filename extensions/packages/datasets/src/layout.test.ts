import { expect, test } from 'vitest';
import type { LineageGraph } from '@onedata/core';
import { layers } from './layout';

function graph(...edges: [string, string][]): LineageGraph {
  const ids = [...new Set(edges.flat())];
  return {
    root: ids[0],
    nodes: ids.map(id => ({ id, kind: 'dataset', workspace: 'w', name: id, version: null })),
    edges: edges.map(([source, target]) => ({ source, target, runs: 1, last_at: '2026-01-01T00:00:00Z' })),
    truncated: false
  };
}

function layerOf(found: ReturnType<typeof layers>): Record<string, number> {
  return Object.fromEntries(found.map(place => [place.id, place.layer]));
}

test('each thing stands to the right of all that went into it', () => {
  const found = layerOf(
    layers(graph(['raw', 'clean'], ['clean', 'model'], ['raw', 'model'], ['weather', 'clean']))
  );
  expect(found).toEqual({ raw: 0, weather: 0, clean: 1, model: 2 });
});

test('a notebook that reads what it wrote does not hang the page', () => {
  const found = layers(graph(['a', 'b'], ['b', 'a'], ['b', 'b']));
  expect(found).toHaveLength(2);
});

test('no two things stand in one place', () => {
  const found = layers(graph(['a', 'x'], ['b', 'x'], ['c', 'y'], ['x', 'z'], ['y', 'z']));
  expect(new Set(found.map(place => `${place.layer} ${place.row}`)).size).toBe(found.length);
});
