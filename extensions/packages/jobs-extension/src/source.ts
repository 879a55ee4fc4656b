import { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import { Contents } from '@jupyterlab/services';
import type { Notebook, NotebookSource } from '@onedata/jobs';

/** A notebook by its path: as it is on the screen where it is open, else as its file has it. */
export function sourceOf(
  path: string,
  contents: Contents.IManager,
  notebooks: INotebookTracker | null
): NotebookSource {
  const find = (): NotebookPanel | undefined => notebooks?.find(one => one.context.path === path);
  const save = async (): Promise<void> => {
    const context = find()?.context;
    await context?.ready;
    if (context?.model.dirty && !context.model.readOnly) {
      await context.save();
    }
  };
  const read = async (): Promise<Notebook> => {
    const context = find()?.context;
    if (!context) {
      return (await contents.get(path, { type: 'notebook', content: true })).content as Notebook;
    }
    await context.ready;
    return context.model.toJSON() as unknown as Notebook;
  };
  return { path: contents.localPath(path), save, read };
}
