/** What makes two notebooks the same notebook. The Python side is `onedata.contract.notebooks`. */

export interface NotebookCell {
  cell_type: string;
  source: string | string[];
  metadata?: { tags?: unknown };
}

const INJECTED = 'injected-parameters';

/** The text whose SHA-256 is a notebook's digest: kind, source and tags of its cells, as Python writes JSON. */
export function digestText(cells: readonly NotebookCell[]): string {
  const kept = cells
    .map(cell => ({ cell, tags: tagsOf(cell) }))
    .filter(({ tags }) => !tags.includes(INJECTED))
    .map(({ cell, tags }) => [
      cell.cell_type,
      Array.isArray(cell.source) ? cell.source.join('') : cell.source,
      tags.sort()
    ]);
  return JSON.stringify(kept).replace(
    /[\u007f-\uffff]/g,
    one => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`
  );
}

function tagsOf(cell: NotebookCell): string[] {
  const tags = cell.metadata?.tags;
  return Array.isArray(tags) ? tags.filter(one => typeof one === 'string') : [];
}

/** A notebook's digest; null where the browser cannot make one, as on a page that came over plain HTTP. */
export async function notebookDigest(cells: readonly NotebookCell[]): Promise<string | null> {
  const subtle = globalThis.crypto?.subtle;
  if (!subtle) {
    return null;
  }
  const made = await subtle.digest('SHA-256', new TextEncoder().encode(digestText(cells)));
  return [...new Uint8Array(made)].map(one => one.toString(16).padStart(2, '0')).join('');
}
