import { DatasetRef, parseRef } from '@onedata/core/lib/refs';
import { KeyValue, LoggedModel, MlflowRun, RunStatus } from './contract';

/** A run, as the views read it. */
export interface Run {
  id: string;
  experimentId: string;
  name: string;
  user: string;
  status: RunStatus;
  startMs: number;
  endMs: number | null;
  params: ReadonlyMap<string, string>;
  /** The newest value of each metric. */
  metrics: ReadonlyMap<string, number>;
  tags: ReadonlyMap<string, string>;
  modelIds: string[];
}

export function runOf(said: MlflowRun): Run {
  const { info, data = {}, outputs = {} } = said;
  const tags = mapOf(data.tags);
  return {
    id: info.run_id,
    experimentId: info.experiment_id,
    name: info.run_name || tags.get('mlflow.runName') || info.run_id.slice(0, 8),
    user: tags.get('mlflow.user') ?? (info.user_id === 'unknown' ? '' : (info.user_id ?? '')),
    status: info.status,
    startMs: info.start_time,
    endMs: info.end_time || null,
    params: mapOf(data.params),
    metrics: new Map((data.metrics ?? []).map(one => [one.key, Number(one.value)])),
    tags,
    modelIds: (outputs.model_outputs ?? []).map(one => one.model_id)
  };
}

function mapOf(pairs: KeyValue[] | undefined): Map<string, string> {
  return new Map((pairs ?? []).map(one => [one.key, one.value]));
}

export function isLive(run: Run): boolean {
  return run.status === 'RUNNING' || run.status === 'SCHEDULED';
}

/** How long a run took, or has taken so far. */
export function secondsOf(run: Run, nowMs: number = Date.now()): number | null {
  const end = run.endMs ?? (isLive(run) ? nowMs : null);
  return end === null ? null : Math.max(0, (end - run.startMs) / 1000);
}

// The tags that the platform sets. Source: kernels/onedata/contract/mlflow_tags.py
const DATASET = 'onedata.dataset/';

/** The dataset versions that a run read; tags of another shape are left out. */
export function datasetsOf(run: Run): DatasetRef[] {
  const found: DatasetRef[] = [];
  for (const [name, value] of run.tags) {
    const ref = name.startsWith(DATASET) ? parseRef(value) : null;
    if (ref?.version && name === `${DATASET}${ref.workspace}/${ref.name}/${ref.version}`) {
      found.push(ref);
    }
  }
  return found.sort((one, other) => (one.name < other.name ? -1 : 1));
}

export interface NotebookOfRun {
  path: string;
  digest: string | null;
}

/** Where among a run's artefacts its notebook lies as it ran. Source: kernels/onedata/contract/mlflow_tags.py */
export const NOTEBOOK_COPY = 'onedata/notebook.ipynb';

export function notebookOf(run: Run): NotebookOfRun | null {
  const path = run.tags.get('onedata.notebook_path');
  return path ? { path, digest: run.tags.get('onedata.notebook_digest') ?? null } : null;
}

export function jobRunOf(run: Run): string | null {
  return run.tags.get('onedata.job_run_id') ?? null;
}

export function commitOf(run: Run): string | null {
  return run.tags.get('onedata.git_commit') ?? run.tags.get('mlflow.source.git.commit') ?? null;
}

/** Whether a tag is what a person wrote, and not what MLflow or the platform notes. */
export function isOwnTag(name: string): boolean {
  return !name.startsWith('mlflow.') && !name.startsWith('onedata.');
}

/** What people wrote about a run; MLflow keeps it as a tag. */
export function noteOf(run: Run): string {
  return run.tags.get('mlflow.note.content') ?? '';
}

/** The registered versions that stand on a logged model, as MLflow notes them in its tag. */
export function versionsOf(model: LoggedModel): { name: string; version: string }[] {
  const text = mapOf(model.info.tags).get('mlflow.modelVersions');
  const found = new Map<string, { name: string; version: string }>();
  try {
    for (const one of JSON.parse(text ?? '[]') as { name: string; version: string | number }[]) {
      found.set(`${one.name}/${one.version}`, { name: one.name, version: String(one.version) });
    }
  } catch {
    return []; // somebody wrote the tag by hand
  }
  return [...found.values()];
}
