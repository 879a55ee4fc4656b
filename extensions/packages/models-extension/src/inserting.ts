import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { INotebookTracker } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import {
  insertCode,
  IWorkspaces,
  LazyCommand,
  notebookToInsertInto,
  WORKSPACE,
  workspaceOf
} from '@onedata/core';

type Around = [JupyterFrontEnd, INotebookTracker | null, TranslationBundle, IWorkspaces];

/** Insert the code that loads the model which the arguments name. */
export const insertLoad: LazyCommand<Around> = {
  args: {
    type: 'object',
    required: ['name', 'version'],
    properties: {
      workspace: WORKSPACE,
      name: { type: 'string', description: 'The name of the model.' },
      version: { type: 'string', description: 'The version.' },
      alias: { type: ['string', 'null'], description: 'An alias; the code then loads what it names.' }
    }
  },
  execute: async (args, app, notebooks, trans, workspaces) => {
    const { name, version, alias } = args as Record<string, string | undefined>;
    const notebook = name && version ? notebookToInsertInto(notebooks, trans) : null;
    if (name && version && notebook) {
      const workspace = await workspaceOf(args, workspaces);
      const { codeToLoadModel } = await import('@onedata/models');
      // A kernel works in its user's own workspace, unless it is told another.
      const named = workspace === workspaces.me?.default_workspace ? null : (workspace ?? null);
      insertCode(app, notebook, codeToLoadModel(name, version, alias ?? null, named));
    }
  }
};
