import { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ITranslator } from '@jupyterlab/translation';
import { CommandIDs } from './commands';

/** Writes the code that loads a dataset into the notebook that was used last; how is in `inserting.ts`. */
export const insert: JupyterFrontEndPlugin<void> = {
  id: '@onedata/lab:insert-code',
  description: 'Inserts the code that loads a dataset into the active notebook.',
  autoStart: true,
  requires: [ITranslator],
  optional: [INotebookTracker],
  activate: (app: JupyterFrontEnd, translator: ITranslator, notebooks: INotebookTracker | null) => {
    const trans = translator.load('onedata');
    const load = () => import('./inserting');
    app.commands.addCommand(CommandIDs.insertLoad, {
      label: args =>
        args.name ? trans.__('Insert Code to Load %1', args.name as string) : trans.__('Insert Code to Load'),
      caption: trans.__('Insert the code that loads the dataset into the active notebook'),
      describedBy: async () => ({ args: (await load()).ARGUMENTS }),
      execute: async args => {
        // The menu's item is looked for at once: the menu is gone when the code is there.
        const item = app.contextMenuHitTest(node => node.classList.contains('od-DatasetItem'));
        const { insertLoad } = await load();
        insertLoad(app, notebooks, trans, args.name ? args : (item?.dataset ?? {}));
      }
    });
  }
};
