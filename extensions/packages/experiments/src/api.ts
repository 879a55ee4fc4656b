import { ServerConnection } from '@jupyterlab/services';
import { address, call, refusal, Service, ServiceError } from '@onedata/core';
import { Experiment, FileInfo, LoggedModel, MetricPoint, MlflowRun, RegisteredModelName } from './contract';
import { Answer, Question } from './pages';
import { Run, runOf } from './run';

const MLFLOW = 'mlflow/ajax-api/2.0/mlflow';
const MOST_POINTS = 1000;

function inside(workspace: string): Record<string, string> {
  return { 'X-MLFLOW-WORKSPACE': workspace };
}

function post<T>(workspace: string, path: string, body: object, signal?: AbortSignal): Promise<T> {
  return call(MLFLOW, path, { method: 'POST', body, headers: inside(workspace), signal });
}

function get<T>(
  workspace: string,
  path: string,
  query: Record<string, string | number | readonly string[] | undefined>,
  signal?: AbortSignal
): Promise<T> {
  return call(MLFLOW, path, { query, headers: inside(workspace), signal });
}

/** Write a text into MLflow's filters, which have no way to escape a quote. */
function quoted(text: string): string {
  const plain = text.includes("'") && text.includes('"') ? text.replace(/"/g, '') : text;
  return plain.includes('"') ? `'${plain}'` : `"${plain}"`;
}

export async function listExperiments(
  workspace: string,
  search: string,
  token: string | null,
  signal?: AbortSignal
): Promise<{ items: Experiment[]; next: string | null }> {
  const body = {
    max_results: 100,
    order_by: ['last_update_time DESC'],
    page_token: token ?? undefined,
    filter: search ? `name ILIKE ${quoted(`%${search}%`)}` : undefined
  };
  const said = await post<{ experiments?: Experiment[]; next_page_token?: string }>(
    workspace,
    'experiments/search',
    body,
    signal
  );
  return { items: said.experiments ?? [], next: said.next_page_token ?? null };
}

export async function readExperiment(
  workspace: string,
  id: string,
  signal?: AbortSignal
): Promise<Experiment> {
  const said = await get<{ experiment: Experiment }>(
    workspace,
    'experiments/get',
    { experiment_id: id },
    signal
  );
  return said.experiment;
}

export async function searchRuns(
  workspace: string,
  experimentId: string,
  question: Question,
  signal?: AbortSignal
): Promise<Answer> {
  const { filter, orderBy, most, token } = question;
  const body = {
    experiment_ids: [experimentId],
    filter,
    order_by: orderBy,
    max_results: most,
    page_token: token
  };
  const said = await post<{ runs?: MlflowRun[]; next_page_token?: string }>(
    workspace,
    'runs/search',
    body,
    signal
  );
  return { runs: (said.runs ?? []).map(runOf), next: said.next_page_token || null };
}

export async function readRun(workspace: string, id: string, signal?: AbortSignal): Promise<Run> {
  const said = await get<{ run: MlflowRun }>(workspace, 'runs/get', { run_id: id }, signal);
  return runOf(said.run);
}

/** The points of a metric, of up to 100 runs; a long one is thinned out, its first and last point kept. */
export async function readHistory(
  workspace: string,
  runIds: string[],
  metric: string,
  signal?: AbortSignal
): Promise<MetricPoint[]> {
  const query = { run_ids: runIds, metric_key: metric, max_results: MOST_POINTS };
  const said = await get<{ metrics?: MetricPoint[] }>(
    workspace,
    'metrics/get-history-bulk-interval',
    query,
    signal
  );
  return said.metrics ?? [];
}

/** The models that a run logged. */
export async function listLoggedModels(
  workspace: string,
  run: Run,
  signal?: AbortSignal
): Promise<LoggedModel[]> {
  const body = {
    experiment_ids: [run.experimentId],
    filter: `source_run_id='${run.id}'`,
    max_results: 50
  };
  const said = await post<{ models?: LoggedModel[] }>(workspace, 'logged-models/search', body, signal);
  return said.models ?? [];
}

/** Where files lie: a run, or a model that it logged. */
export interface Files {
  workspace: string;
  runId: string;
  modelId: string | null;
}

export async function listFiles(files: Files, path: string, signal?: AbortSignal): Promise<FileInfo[]> {
  const { workspace, runId, modelId } = files;
  const said = modelId
    ? await get<{ files?: FileInfo[] }>(
        workspace,
        `logged-models/${encodeURIComponent(modelId)}/artifacts/directories`,
        { artifact_directory_path: path || undefined },
        signal
      )
    : await get<{ files?: FileInfo[] }>(
        workspace,
        'artifacts/list',
        { run_id: runId, path: path || undefined },
        signal
      );
  return said.files ?? [];
}

/** Read a file, or its first bytes. */
export async function readFile(
  files: Files,
  path: string,
  mostBytes: number | null,
  signal?: AbortSignal
): Promise<Blob> {
  const { workspace, runId, modelId } = files;
  const [service, place, query]: [Service, string, Record<string, string>] = modelId
    ? [MLFLOW, `logged-models/${encodeURIComponent(modelId)}/artifacts/files`, { artifact_file_path: path }]
    : ['mlflow', 'get-artifact', { run_uuid: runId, path }];
  const headers: Record<string, string> = inside(workspace);
  if (mostBytes !== null) {
    headers.Range = `bytes=0-${mostBytes - 1}`;
  }
  // Not `call`, which reads JSON: this is anything.
  const response = await ServerConnection.makeRequest(
    address(service, place, query),
    { headers, signal },
    ServerConnection.makeSettings()
  );
  if (!response.ok) {
    throw refusal(response.status, response.statusText, await response.text());
  }
  return response.blob();
}

export async function listModelNames(workspace: string): Promise<string[]> {
  const said = await get<{ registered_models?: RegisteredModelName[] }>(
    workspace,
    'registered-models/search',
    { max_results: 200 }
  );
  return (said.registered_models ?? []).map(one => one.name);
}

/** Make a run's logged model the next version of a registered model, and that model where it is not there. */
export async function registerModel(
  workspace: string,
  name: string,
  model: LoggedModel,
  description: string
): Promise<string> {
  try {
    await post(workspace, 'registered-models/create', { name });
  } catch (error) {
    if (!(error instanceof ServiceError && error.code === 'RESOURCE_ALREADY_EXISTS')) {
      throw error;
    }
  }
  const { model_id, source_run_id } = model.info;
  const body = { name, source: `models:/${model_id}`, model_id, run_id: source_run_id, description };
  const said = await post<{ model_version: { version: string } }>(workspace, 'model-versions/create', body);
  return String(said.model_version.version);
}
