import { JupyterFrontEnd } from '@jupyterlab/application';
import { openForeign } from '@onedata/core/lib/notebook-files';
import type { NotebookCell, NotebookOfRun } from '@onedata/experiments';

type Read = (path: string) => Promise<NotebookCell[] | null>;

/** Open a notebook as it ran, from a file of its own; one that was edited there since stays as it is. */
export async function openCopy(
  app: JupyterFrontEnd,
  read: Read,
  notebook: NotebookOfRun,
  text: string
): Promise<void> {
  const { notebookDigest } = await import('@onedata/experiments');
  const stem = (notebook.path.split('/').pop() ?? notebook.path).replace(/\.ipynb$/, '');
  const name = `run-notebooks/${stem}-${(notebook.digest ?? '').slice(0, 8)}`;
  for (let turn = 0; ; turn++) {
    const path = `${name}${turn ? `-${turn}` : ''}.ipynb`;
    const there = await read(path);
    if (there && (await notebookDigest(there)) === notebook.digest) {
      await app.commands.execute('docmanager:open', { path });
      return;
    }
    if (!there) {
      await openForeign(app, path, JSON.parse(text));
      return;
    }
  }
}
