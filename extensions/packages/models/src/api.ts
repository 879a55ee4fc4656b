import { call, CallOptions, ServiceError } from '@onedata/core';
import { readFile } from '@onedata/experiments/lib/api';
import { ModelVersion, RegisteredModel } from './contract';
import { modelIdOf, placeInRun } from './source';

const MLFLOW = 'mlflow/ajax-api/2.0/mlflow';
const MOST_VERSIONS = 1000;

function ask<T>(workspace: string, path: string, options: CallOptions = {}): Promise<T> {
  return call(MLFLOW, path, { ...options, headers: { 'X-MLFLOW-WORKSPACE': workspace } });
}

export async function listModels(
  workspace: string,
  search: string,
  token: string | null,
  signal?: AbortSignal
): Promise<{ items: RegisteredModel[]; next: string | null }> {
  // MLflow's filters have no way to escape a quote.
  const filter = search && `name ILIKE "%${search.replace(/"/g, '')}%"`;
  const query = {
    filter,
    max_results: 100,
    page_token: token,
    order_by: ['last_updated_timestamp DESC']
  };
  const said = await ask<{ registered_models?: RegisteredModel[]; next_page_token?: string }>(
    workspace,
    'registered-models/search',
    { query, signal }
  );
  return { items: said.registered_models ?? [], next: said.next_page_token || null };
}

export async function readModel(
  workspace: string,
  name: string,
  signal?: AbortSignal
): Promise<RegisteredModel> {
  const said = await ask<{ registered_model: RegisteredModel }>(workspace, 'registered-models/get', {
    query: { name },
    signal
  });
  return said.registered_model;
}

/** The versions of a model, newest first. */
export async function listVersions(
  workspace: string,
  name: string,
  signal?: AbortSignal
): Promise<ModelVersion[]> {
  const quote = name.includes("'") ? '"' : "'";
  const query = {
    filter: `name=${quote}${name}${quote}`,
    max_results: MOST_VERSIONS,
    order_by: ['version_number DESC']
  };
  const said = await ask<{ model_versions?: ModelVersion[] }>(workspace, 'model-versions/search', {
    query,
    signal
  });
  return (said.model_versions ?? []).sort((one, other) => Number(other.version) - Number(one.version));
}

export function describeModel(workspace: string, name: string, description: string): Promise<unknown> {
  return ask(workspace, 'registered-models/update', { method: 'PATCH', body: { name, description } });
}

export function describeVersion(
  workspace: string,
  name: string,
  version: string,
  description: string
): Promise<unknown> {
  return ask(workspace, 'model-versions/update', { method: 'PATCH', body: { name, version, description } });
}

/** Let an alias name a version; it leaves the one it named before. */
export function setAlias(workspace: string, name: string, alias: string, version: string): Promise<unknown> {
  return ask(workspace, 'registered-models/alias', { method: 'POST', body: { name, alias, version } });
}

export function removeAlias(workspace: string, name: string, alias: string): Promise<unknown> {
  return ask(workspace, 'registered-models/alias', { method: 'DELETE', query: { name, alias } });
}

/** The file `MLmodel` of a version, which says how it is called; null where none can be read. */
export async function readModelFile(
  workspace: string,
  version: ModelVersion,
  signal?: AbortSignal
): Promise<string | null> {
  const modelId = modelIdOf(version.source);
  const place = modelId ? '' : placeInRun(version.source, version.run_id ?? '');
  if (place === null) {
    return null;
  }
  const files = { workspace, runId: version.run_id ?? '', modelId };
  try {
    return await (await readFile(files, place ? `${place}/MLmodel` : 'MLmodel', null, signal)).text();
  } catch (error) {
    if (error instanceof ServiceError && error.status === 404) {
      return null;
    }
    throw error;
  }
}
