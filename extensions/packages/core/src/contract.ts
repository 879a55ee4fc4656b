/** What the studio says, as far as the panels read it. The Python side is `onedata.contract`. */

export type Role = 'viewer' | 'editor' | 'admin';

export interface Workspace {
  name: string;
  personal: boolean;
  role: Role;
}

export interface Me {
  name: string;
  admin: boolean;
  default_workspace: string;
  workspaces: Workspace[];
}

export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

export interface Histogram {
  edges: number[];
  counts: number[];
}

export interface TopValue {
  value: string;
  count: number;
}

export interface ColumnStats {
  sampled_rows: number;
  exact: boolean;
  null_count: number | null;
  distinct: number | null;
  min: unknown;
  max: unknown;
  mean: number | null;
  std: number | null;
  quantiles: number[] | null;
  histogram: Histogram | null;
  top_values: TopValue[] | null;
}

export interface Column {
  name: string;
  type: string;
  nullable: boolean;
  description: string;
  stats: ColumnStats | null;
}

export interface Source {
  notebook_path: string | null;
  notebook_digest: string | null;
  git_commit: string | null;
  job_run_id: string | null;
  mlflow_run_id: string | null;
  inputs: string[];
}

export type DatasetFormat = 'parquet' | 'csv' | 'json' | 'arrow' | 'files';

export interface DatasetVersion {
  workspace: string;
  name: string;
  version: number;
  digest: string;
  format: DatasetFormat;
  rows: number | null;
  bytes: number;
  files: number;
  columns: Column[];
  message: string;
  source: Source;
  created_at: string;
  created_by: string;
}

export interface DatasetSummary {
  workspace: string;
  name: string;
  description: string;
  tags: string[];
  latest_version: number;
  format: DatasetFormat;
  rows: number | null;
  bytes: number;
  updated_at: string;
  updated_by: string;
}

export interface Dataset extends DatasetSummary {
  created_at: string;
  created_by: string;
  latest: DatasetVersion;
}

export interface VersionSummary {
  version: number;
  digest: string;
  rows: number | null;
  bytes: number;
  files: number;
  message: string;
  created_at: string;
  created_by: string;
  job_run_id: string | null;
}

export type NodeKind = 'dataset' | 'model' | 'notebook' | 'job' | 'external';

export interface LineageNode {
  id: string;
  kind: NodeKind;
  workspace: string;
  name: string;
  version: string | null;
}

export interface LineageEdge {
  source: string;
  target: string;
  runs: number;
  last_at: string;
}

export interface LineageGraph {
  root: string;
  nodes: LineageNode[];
  edges: LineageEdge[];
  truncated: boolean;
}
