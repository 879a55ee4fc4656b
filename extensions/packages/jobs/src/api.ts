import { address, call, language, Page } from '@onedata/core';
import { announceJobs } from './announcing';
import { Chosen, Size } from './chosen';
import {
  Job,
  JobFields,
  JobSummary,
  NotebookInfo,
  Run,
  RunLog,
  RunState,
  RunSummary,
  SchedulePreview,
  ServerProfile,
  ServerProfiles
} from './contract';
import { cronWords } from './cron-words';

const STUDIO = 'studio/api/v1';
const MOST_AT_ONCE = 500;

/** A notebook as nbformat JSON. */
export type Notebook = Record<string, unknown>;

function pathOf(workspace: string, ...more: string[]): string {
  return ['workspaces', workspace, ...more].map(one => encodeURIComponent(one)).join('/');
}

export function inspectNotebook(
  workspace: string,
  notebook: Notebook,
  signal?: AbortSignal
): Promise<NotebookInfo> {
  return call(STUDIO, pathOf(workspace, 'notebooks', 'inspect'), {
    method: 'POST',
    body: { notebook },
    signal
  });
}

/** Read a schedule in words, in the reader's language, and its next times. */
export async function previewSchedule(
  cron: string,
  timezone: string,
  signal?: AbortSignal
): Promise<SchedulePreview> {
  const body = { cron, timezone };
  const preview = await call<SchedulePreview>(STUDIO, 'schedules/preview', { method: 'POST', body, signal });
  return { ...preview, description: await cronWords(cron, timezone, language(), preview.description) };
}

/** Give the server profiles that a job may name, in the order of the platform's file. */
export async function listProfiles(signal?: AbortSignal): Promise<ServerProfile[]> {
  return (await call<ServerProfiles>(STUDIO, 'profiles', { signal })).profiles;
}

/** Give the profile of this server and what was chosen within it; both empty where no hub started it. */
export async function readSizeHere(signal?: AbortSignal): Promise<Size> {
  const here = await call<{ profile: string | null; profile_options: Chosen }>('local', 'server', { signal });
  return { profile: here.profile ?? '', profileOptions: here.profile_options };
}

export function listJobs(
  workspace: string,
  search: string,
  count: number,
  signal?: AbortSignal
): Promise<Some<JobSummary>> {
  return readSome(
    (limit, cursor) => call(STUDIO, pathOf(workspace, 'jobs'), { query: { search, limit, cursor }, signal }),
    count
  );
}

/** Give the job of a name; null where there is none. */
export async function findJob(workspace: string, name: string, signal?: AbortSignal): Promise<Job | null> {
  const found = await call<Page<JobSummary>>(STUDIO, pathOf(workspace, 'jobs'), { query: { name }, signal });
  return found.items.length > 0 ? readJob(workspace, found.items[0].id, signal) : null;
}

export function readJob(workspace: string, id: string, signal?: AbortSignal): Promise<Job> {
  return call(STUDIO, pathOf(workspace, 'jobs', id), { signal });
}

/** What a job is changed by; what is left out stays. */
export type JobChange = Partial<JobFields> & { notebook?: Notebook; notebook_path?: string };

export function createJob(
  workspace: string,
  body: JobChange & { name: string; notebook: Notebook }
): Promise<Job> {
  return announced(call<Job>(STUDIO, pathOf(workspace, 'jobs'), { method: 'POST', body }));
}

export function updateJob(workspace: string, id: string, body: JobChange): Promise<Job> {
  return announced(call<Job>(STUDIO, pathOf(workspace, 'jobs', id), { method: 'PATCH', body }));
}

export function deleteJob(workspace: string, id: string): Promise<void> {
  return announced(call<void>(STUDIO, pathOf(workspace, 'jobs', id), { method: 'DELETE' }));
}

async function announced<T>(asked: Promise<T>): Promise<T> {
  const answer = await asked;
  announceJobs();
  return answer;
}

export function startRun(workspace: string, job: string, parameters: Record<string, unknown>): Promise<Run> {
  return call(STUDIO, pathOf(workspace, 'jobs', job, 'runs'), { method: 'POST', body: { parameters } });
}

export interface WantedRuns {
  workspace: string;
  job: string | null;
  state: RunState | null;
}

export function listRuns(wanted: WantedRuns, count: number, signal?: AbortSignal): Promise<Some<RunSummary>> {
  const { workspace, job, state } = wanted;
  return readSome(
    (limit, cursor) =>
      call(STUDIO, pathOf(workspace, 'runs'), { query: { job_id: job, state, limit, cursor }, signal }),
    count
  );
}

export function readRun(workspace: string, id: string, signal?: AbortSignal): Promise<Run> {
  return call(STUDIO, pathOf(workspace, 'runs', id), { signal });
}

export function cancelRun(workspace: string, id: string): Promise<Run> {
  return call(STUDIO, pathOf(workspace, 'runs', id, 'cancel'), { method: 'POST' });
}

export function retryRun(workspace: string, id: string): Promise<Run> {
  return call(STUDIO, pathOf(workspace, 'runs', id, 'retry'), { method: 'POST' });
}

export function readLog(
  workspace: string,
  id: string,
  offset: number,
  signal?: AbortSignal
): Promise<RunLog> {
  return call(STUDIO, pathOf(workspace, 'runs', id, 'logs'), { query: { offset }, signal });
}

/** Give an output that is JSON: the executed notebook. */
export function readNotebook(workspace: string, id: string, name: string): Promise<Notebook> {
  return call(STUDIO, outputPath(workspace, id, name));
}

/** Give the address that saves an output. */
export function outputAddress(workspace: string, id: string, name: string): string {
  return address(STUDIO, outputPath(workspace, id, name), { download: true });
}

function outputPath(workspace: string, id: string, name: string): string {
  return pathOf(workspace, 'runs', id, 'outputs', ...name.split('/'));
}

/** The beginning of a list, and whether it goes on. */
export interface Some<T> {
  items: T[];
  more: boolean;
}

/** Read the first `count` of a list, in as few requests as the service allows. */
export async function readSome<T>(
  read: (limit: number, cursor: string | null) => Promise<Page<T>>,
  count: number
): Promise<Some<T>> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<T> = await read(Math.min(MOST_AT_ONCE, count - items.length), cursor);
    items.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor && items.length < count);
  return { items, more: cursor !== null };
}
