import { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ITranslator } from '@jupyterlab/translation';
import { addLazyCommand, CommandIDs } from '@onedata/core';

/** Writes the code that loads a dataset into the notebook that was used last; how is in `inserting.ts`. */
export const insert: JupyterFrontEndPlugin<void> = {
  id: '@onedata/lab:insert-code',
  description: 'Inserts the code that loads a dataset into the active notebook.',
  autoStart: true,
  requires: [ITranslator],
  optional: [INotebookTracker],
  activate: (app: JupyterFrontEnd, translator: ITranslator, notebooks: INotebookTracker | null) => {
    const trans = translator.load('onedata');
    const words = {
      label: ({ name }: { name?: unknown }) =>
        name ? trans.__('Insert Code to Load %1', name) : trans.__('Insert Code to Load'),
      caption: trans.__('Insert the code that loads the dataset into the active notebook')
    };
    const load = async () => (await import('./inserting')).insertLoad;
    addLazyCommand(app.commands, CommandIDs.insertDatasetCode, words, load, app, notebooks, trans);
  }
};
