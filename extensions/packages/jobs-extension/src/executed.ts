import { JupyterFrontEnd } from '@jupyterlab/application';
import { INotebookTracker } from '@jupyterlab/notebook';
import type { Run } from '@onedata/jobs';

const FOLDER = 'job-runs';

/** Put the notebook that a run made into the user's files, and open it. */
export async function openExecuted(
  run: Run,
  output: string,
  app: JupyterFrontEnd,
  notebooks: INotebookTracker | null
): Promise<void> {
  const { readNotebook } = await import('@onedata/jobs');
  const content = await readNotebook(run.workspace, run.id, output);
  const { contents } = app.serviceManager;
  const folder = `${FOLDER}/${run.job_name}`;
  await contents.save(FOLDER, { type: 'directory' });
  await contents.save(folder, { type: 'directory' });
  const path = `${folder}/${run.id}.ipynb`;
  await contents.save(path, { type: 'notebook', format: 'json', content: distrusted(content) });
  const panel = notebooks?.find(one => one.context.path === path);
  await panel?.context.revert(); // an earlier attempt of the same run
  await app.commands.execute('docmanager:open', { path });
}

interface NotebookFile {
  cells?: { metadata?: { trusted?: boolean } }[];
}

/** Take the cells' word away that they may be trusted: the server would sign what somebody else wrote. */
export function distrusted(notebook: NotebookFile): NotebookFile {
  for (const cell of notebook.cells ?? []) {
    delete cell.metadata?.trusted;
  }
  return notebook;
}
