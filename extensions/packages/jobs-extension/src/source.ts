import { INotebookTracker } from '@jupyterlab/notebook';
import { Contents } from '@jupyterlab/services';
import type { Notebook, NotebookSource } from '@onedata/jobs';

/** A notebook by its path: as it is on the screen where it is open, saved first; else as the file has it. */
export function sourceOf(
  path: string,
  contents: Contents.IManager,
  notebooks: INotebookTracker | null
): NotebookSource {
  const read = async (): Promise<Notebook> => {
    const panel = notebooks?.find(one => one.context.path === path);
    if (!panel) {
      return (await contents.get(path, { type: 'notebook', content: true })).content;
    }
    const { context } = panel;
    await context.ready;
    if (context.model.dirty && !context.model.readOnly) {
      await context.save();
    }
    return context.model.toJSON() as unknown as Notebook;
  };
  return { path: contents.localPath(path), read };
}
