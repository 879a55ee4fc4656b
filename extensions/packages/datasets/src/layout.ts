import { LineageGraph } from '@onedata/core';

export interface Place {
  id: string;
  layer: number;
  row: number;
}

/**
 * Put each node into a layer to the right of everything it came from; rows follow the nodes before them.
 *
 * A ring (a notebook that reads what it wrote) is cut where it closes.
 */
export function layers(graph: LineageGraph): Place[] {
  const into = new Map<string, string[]>(graph.nodes.map(node => [node.id, []]));
  for (const edge of graph.edges) {
    if (edge.source !== edge.target && into.has(edge.source)) {
      into.get(edge.target)?.push(edge.source);
    }
  }
  const depth = new Map<string, number>();
  const open = new Set<string>();
  const measure = (id: string): number => {
    if (depth.has(id)) {
      return depth.get(id)!;
    }
    if (open.has(id)) {
      return -1;
    }
    open.add(id);
    const found = Math.max(-1, ...into.get(id)!.map(measure)) + 1;
    open.delete(id);
    depth.set(id, found);
    return found;
  };
  graph.nodes.forEach(node => measure(node.id));
  const columns: string[][] = [];
  graph.nodes.forEach(node => (columns[depth.get(node.id)!] ??= []).push(node.id));
  const rows = new Map<string, number>();
  columns.forEach(column => {
    const wish = (id: string): number => {
      const before = into.get(id)!.flatMap(one => rows.get(one) ?? []);
      return before.length ? before.reduce((sum, one) => sum + one, 0) / before.length : 0;
    };
    const wishes = new Map(column.map(id => [id, wish(id)]));
    column.sort((one, other) => wishes.get(one)! - wishes.get(other)!);
    column.forEach((id, place) => rows.set(id, place - (column.length - 1) / 2));
  });
  return graph.nodes.map(node => ({ id: node.id, layer: depth.get(node.id)!, row: rows.get(node.id)! }));
}
