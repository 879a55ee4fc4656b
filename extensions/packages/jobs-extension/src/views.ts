import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { INotebookTracker } from '@jupyterlab/notebook';
import { given } from '@onedata/core';
import { makeHost } from './host';

/** Load the list of jobs. */
export async function jobList(app: JupyterFrontEnd, notebooks: INotebookTracker | null) {
  const { JobList } = await import('@onedata/jobs');
  return given(JobList, { host: makeHost(app, notebooks) });
}

/** Load the page of jobs. */
export async function jobsPage(app: JupyterFrontEnd, notebooks: INotebookTracker | null) {
  const { JobsPage } = await import('@onedata/jobs');
  return given(JobsPage, { host: makeHost(app, notebooks) });
}
