import { Notebook } from './api';
import { Run } from './contract';
import { Values } from './values';

/** A notebook of the file browser. */
export interface NotebookSource {
  path: string;
  /** Save what is open of it and not saved yet. */
  save(): Promise<void>;
  /** Give it as it is on the screen, or as its file has it. */
  read(): Promise<Notebook>;
}

/** What a form is opened for. */
export type FormRequest =
  | { kind: 'run' | 'schedule'; source: NotebookSource; kept?: unknown } // what was typed before a reload
  | { kind: 'edit'; workspace: string; job: string; name: string }
  | { kind: 'again'; workspace: string; job: string; name: string; parameters: Values };

/** What the page of jobs shows first. */
export interface Place {
  workspace: string;
  job?: string | null;
  run?: string | null;
}

/** What views ask of JupyterLab. */
export interface JobHost {
  openJobs(place: Place): void;
  openForm(request: FormRequest): void;
  openDataset(ref: string): void;
  /** Open a run that a notebook tracked; absent where nothing shows experiments. */
  openMlflowRun?: (workspace: string, run: string) => void;
  /** Put an output of a run into the user's files, and open it. */
  openNotebook(run: Run, output: string): Promise<void>;
  confirm(title: string, body: string, accept: string): Promise<boolean>;
  /** Show what a service refused. */
  say(error: unknown): void;
}
