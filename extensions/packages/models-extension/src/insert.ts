import { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ITranslator } from '@jupyterlab/translation';
import { addLazyCommand, CommandIDs, IWorkspaces, modelsIcon } from '@onedata/core';

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
    const words = {
      label: trans.__('Insert Code to Load a Model'),
      caption: trans.__('Insert the code that loads a model into the active notebook'),
      icon: modelsIcon
    };
    const load = async () => (await import('./inserting')).insertLoad;
    addLazyCommand(app.commands, CommandIDs.insertModelCode, words, load, app, notebooks, trans, workspaces);
  }
};
