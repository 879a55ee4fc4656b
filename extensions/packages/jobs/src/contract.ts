/** Jobs and runs as the studio says them. The Python side is `onedata.contract.jobs`. */

export type ParameterType = 'str' | 'int' | 'float' | 'bool' | 'list' | 'dict' | 'date' | 'datetime' | 'any';

export interface ParameterSpec {
  name: string;
  type: ParameterType;
  optional: boolean;
  required: boolean;
  default: unknown;
  choices: unknown[] | null;
  help: string;
}

export interface NotebookInfo {
  digest: string;
  kernel: string;
  cells: number;
  parameters: ParameterSpec[];
}

/** One choice of an option; `unavailable` says why it cannot be had here. */
export interface ProfileChoice {
  name: string;
  display_name: string;
  default: boolean;
  unavailable: string | null;
}

/** Something to choose within a profile; `unlisted` names the value that people may write themselves. */
export interface ProfileOption {
  name: string;
  display_name: string;
  choices: ProfileChoice[];
  unlisted: string | null;
}

/** A size to run with; `unavailable` says why it cannot be had here. */
export interface ServerProfile {
  name: string;
  display_name: string;
  description: string;
  default: boolean;
  memory_bytes: number | null;
  cpus: number | null;
  gpus: number;
  unavailable: string | null;
  options: ProfileOption[];
}

export interface ServerProfiles {
  profiles: ServerProfile[];
}

export type Overlap = 'forbid' | 'queue' | 'replace';
export type CatchUp = 'none' | 'latest' | 'all';

export interface Schedule {
  cron: string;
  timezone: string;
  catch_up: CatchUp;
  paused: boolean;
}

export interface SchedulePreview {
  description: string;
  next_due: string[];
}

export interface Retries {
  max_retries: number;
  backoff_seconds: number;
  factor: number;
}

export type NotifyOn = 'succeeded' | 'failed';

export type Notification =
  { type: 'webhook'; url: string; on: NotifyOn[] } | { type: 'mail'; to: string; on: NotifyOn[] };

export type RunState = 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled' | 'timed_out' | 'skipped';

export interface CellFailure {
  index: number;
  name: string;
  source: string;
  error_name: string;
  error_message: string;
  traceback: string;
}

export interface Progress {
  cells_total: number;
  cells_done: number;
  current_cell: number | null;
  current_name: string;
}

export interface RunSummary {
  id: string;
  job_id: string;
  job_name: string;
  state: RunState;
  trigger: 'schedule' | 'manual';
  due_at: string;
  started_at: string | null;
  finished_at: string | null;
  duration_seconds: number | null;
  attempt: number;
  progress: Progress;
  failing_cell: string | null;
  message: string;
  created_by: string;
}

export interface Run extends RunSummary {
  workspace: string;
  notebook_digest: string;
  parameters: Record<string, unknown>;
  profile: string | null;
  profile_options: Record<string, string>;
  failure: CellFailure | null;
  outputs: string[];
  datasets_read: string[];
  datasets_written: string[];
  mlflow_runs: string[];
}

export interface RunLog {
  text: string;
  offset: number;
  next_offset: number;
  complete: boolean;
}

export interface JobSummary {
  id: string;
  workspace: string;
  name: string;
  notebook_path: string;
  schedule: Schedule | null;
  next_due_at: string | null;
  last_run: RunSummary | null;
  created_by: string;
  run_as: string;
  updated_at: string;
}

/** What a person chooses about a job. */
export interface JobFields {
  parameters: Record<string, unknown>;
  profile: string | null;
  profile_options: Record<string, string>;
  schedule: Schedule | null;
  overlap: Overlap;
  retries: Retries;
  timeout_seconds: number;
  notifications: Notification[];
}

export interface Job extends JobSummary, JobFields {
  schedule: Schedule | null;
  notebook_digest: string;
  kernel: string;
  parameter_specs: ParameterSpec[];
  created_at: string;
}
