import { JupyterFrontEnd } from '@jupyterlab/application';
import { INotebookTracker } from '@jupyterlab/notebook';
import { openForeign } from '@onedata/core/lib/notebook-files';
import type { Run } from '@onedata/jobs';

/** Put the notebook that a run made into the user's files, and open it. */
export async function openExecuted(
  run: Run,
  output: string,
  app: JupyterFrontEnd,
  notebooks: INotebookTracker | null
): Promise<void> {
  const { readNotebook } = await import('@onedata/jobs');
  const content = await readNotebook(run.workspace, run.id, output);
  const path = `job-runs/${run.job_name}/${run.id}.ipynb`;
  const panel = notebooks?.find(one => one.context.path === path);
  await openForeign(app, path, content);
  await panel?.context.revert(); // an earlier attempt of the same run
}
