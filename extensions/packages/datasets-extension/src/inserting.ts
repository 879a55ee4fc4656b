import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { INotebookTracker } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import { codeToLoad, insertCode, LazyCommand, notebookToInsertInto } from '@onedata/core';

/** Insert the code that loads the dataset which the arguments name, or which a menu was opened for. */
export const insertLoad: LazyCommand<[JupyterFrontEnd, INotebookTracker | null, TranslationBundle]> = {
  args: {
    type: 'object',
    required: ['workspace', 'name'],
    properties: {
      workspace: { type: 'string', description: 'The workspace of the dataset.' },
      name: { type: 'string', description: 'The name of the dataset.' },
      version: { type: ['integer', 'null'], description: 'The version; the newest where it is left out.' },
      format: { type: 'string', description: 'The format: “files” loads a path, the others a table.' }
    }
  },
  execute: (args, app, notebooks, trans) => {
    const item = app.contextMenuHitTest(node => node.classList.contains('od-DatasetItem'));
    const { workspace, name, format } = (args.name ? args : (item?.dataset ?? {})) as Record<string, string>;
    const notebook = name ? notebookToInsertInto(notebooks, trans) : null;
    if (notebook) {
      const version = (args.version as number | null | undefined) ?? null;
      insertCode(app, notebook, codeToLoad({ workspace, name, version }, format));
    }
  }
};
