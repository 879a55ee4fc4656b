import {
  call,
  Dataset,
  DatasetRef,
  DatasetSummary,
  DatasetVersion,
  LineageGraph,
  Page,
  refText,
  VersionSummary
} from '@onedata/core';

const STUDIO = 'studio/api/v1';

function pathOf(workspace: string, name?: string, ...more: (string | number)[]): string {
  const parts = ['workspaces', workspace, 'datasets', ...(name === undefined ? [] : [name]), ...more];
  return parts.map(one => encodeURIComponent(one)).join('/');
}

export interface Wanted {
  workspace: string;
  search: string;
  tag: string | null;
}

export function listDatasets(
  wanted: Wanted,
  cursor: string | null,
  signal?: AbortSignal
): Promise<Page<DatasetSummary>> {
  const { workspace, search, tag } = wanted;
  return call(STUDIO, pathOf(workspace), { query: { search, tag, cursor, limit: 50 }, signal });
}

export function readDataset(workspace: string, name: string, signal?: AbortSignal): Promise<Dataset> {
  return call(STUDIO, pathOf(workspace, name), { signal });
}

export function readVersion(ref: DatasetRef, signal?: AbortSignal): Promise<DatasetVersion> {
  return call(STUDIO, pathOf(ref.workspace, ref.name, 'versions', ref.version!), { signal });
}

export function listVersions(
  workspace: string,
  name: string,
  cursor: string | null,
  signal?: AbortSignal
): Promise<Page<VersionSummary>> {
  return call(STUDIO, pathOf(workspace, name, 'versions'), { query: { cursor, limit: 50 }, signal });
}

/** What may change about a dataset: words, never bytes. */
export interface Words {
  description?: string;
  tags?: string[];
  column_descriptions?: Record<string, string>;
}

export function updateDataset(workspace: string, name: string, words: Words): Promise<Dataset> {
  return call(STUDIO, pathOf(workspace, name), { method: 'PATCH', body: words });
}

export function readLineage(
  workspace: string,
  id: string,
  depth: number,
  signal?: AbortSignal
): Promise<LineageGraph> {
  const path = `workspaces/${encodeURIComponent(workspace)}/lineage`;
  return call(STUDIO, path, { query: { node: id, depth, direction: 'both' }, signal });
}

/** A window of a version's rows; values are text, numbers, booleans or null. */
export interface Rows {
  offset: number;
  total: number;
  columns: string[];
  rows: unknown[][];
}

export function readRows(
  ref: DatasetRef,
  offset: number,
  limit: number,
  signal?: AbortSignal
): Promise<Rows> {
  return call('local', 'rows', { query: { dataset: refText(ref), offset, limit }, signal });
}

/** How far a column's values have moved; `words` is the library's own verdict. */
export interface ColumnDrift {
  name: string;
  words: string;
  value: number | null;
  measure: string;
}

export interface Comparison {
  before: DatasetVersion;
  after: DatasetVersion;
  added: string[];
  removed: string[];
  changed: { name: string; before: string; after: string }[];
  drift: ColumnDrift[];
}

export function compareVersions(
  workspace: string,
  name: string,
  before: number,
  after: number,
  signal?: AbortSignal
): Promise<Comparison> {
  const dataset = refText({ workspace, name, version: null });
  return call('local', 'compare', { query: { dataset, before, after }, signal });
}

/** A file or folder of this server on its way to be a dataset's next version. */
export interface Publication {
  id: number;
  path: string;
  dataset: string;
  state: 'waiting' | 'running' | 'done' | 'failed';
  done_bytes: number;
  total_bytes: number | null;
  version: number | null;
  unchanged: boolean;
  message: string;
}

export function listPublications(signal?: AbortSignal): Promise<{ items: Publication[] }> {
  return call('local', 'publications', { signal });
}
