import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { INotebookTracker } from '@jupyterlab/notebook';
import { TranslationBundle } from '@jupyterlab/translation';
import { codeToLoad, insertCode, notebookToInsertInto } from '@onedata/core';

export const ARGUMENTS = {
  type: 'object',
  required: ['workspace', 'name'],
  properties: {
    workspace: { type: 'string', description: 'The workspace of the dataset.' },
    name: { type: 'string', description: 'The name of the dataset.' },
    version: { type: ['integer', 'null'], description: 'The version; the newest where it is left out.' },
    format: { type: 'string', description: 'The format: “files” loads a path, the others a table.' }
  }
};

/** Insert the code that loads the dataset which the arguments name. */
export function insertLoad(
  app: JupyterFrontEnd,
  notebooks: INotebookTracker | null,
  trans: TranslationBundle,
  args: Record<string, unknown>
): void {
  const { workspace, name, format } = args as Record<string, string>;
  const notebook = name ? notebookToInsertInto(notebooks, trans) : null;
  if (notebook) {
    const version = (args.version as number | null | undefined) ?? null;
    insertCode(app, notebook, codeToLoad({ workspace, name, version }, format));
  }
}
