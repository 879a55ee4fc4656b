import { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ITranslator } from '@jupyterlab/translation';
import { IWorkspaces, modelsIcon } from '@onedata/core';
import { CommandIDs } from './commands';

/** Writes the code that loads a model into the notebook that was used last; how is in `inserting.ts`. */
export const insert: JupyterFrontEndPlugin<void> = {
  id: '@onedata/lab:insert-model-code',
  description: 'Inserts the code that loads a model into the active notebook.',
  autoStart: true,
  requires: [IWorkspaces, ITranslator],
  optional: [INotebookTracker],
  activate: (
    app: JupyterFrontEnd,
    workspaces: IWorkspaces,
    translator: ITranslator,
    notebooks: INotebookTracker | null
  ) => {
    const trans = translator.load('onedata');
    const load = () => import('./inserting');
    app.commands.addCommand(CommandIDs.insertCode, {
      label: trans.__('Insert Code to Load a Model'),
      caption: trans.__('Insert the code that loads a model into the active notebook'),
      icon: modelsIcon,
      describedBy: async () => ({ args: (await load()).ARGUMENTS }),
      execute: async args => (await load()).insertLoad(app, notebooks, trans, workspaces, args)
    });
  }
};
