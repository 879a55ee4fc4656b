import { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ITranslator } from '@jupyterlab/translation';
import { codeToLoad } from '@onedata/core';
import { CommandIDs } from './commands';

const ARGUMENTS = {
  type: 'object',
  required: ['workspace', 'name'],
  properties: {
    workspace: { type: 'string', description: 'The workspace of the dataset.' },
    name: { type: 'string', description: 'The name of the dataset.' },
    version: { type: ['integer', 'null'], description: 'The version; the newest where it is left out.' },
    format: { type: 'string', description: 'The format: “files” loads a path, the others a table.' }
  }
};

/** Writes the code that loads a dataset into the notebook that was used last. */
export const insert: JupyterFrontEndPlugin<void> = {
  id: '@onedata/lab:insert-code',
  description: 'Inserts the code that loads a dataset into the active notebook.',
  autoStart: true,
  requires: [ITranslator],
  optional: [INotebookTracker],
  activate: (app: JupyterFrontEnd, translator: ITranslator, notebooks: INotebookTracker | null) => {
    const trans = translator.load('onedata');
    app.commands.addCommand(CommandIDs.insertLoad, {
      label: args =>
        args.name ? trans.__('Insert Code to Load %1', args.name as string) : trans.__('Insert Code to Load'),
      caption: trans.__('Insert the code that loads the dataset into the active notebook'),
      describedBy: { args: ARGUMENTS },
      execute: async args => {
        const panel = notebooks?.currentWidget;
        const item = app.contextMenuHitTest(
          node => 'name' in node.dataset && node.classList.contains('od-DatasetItem')
        );
        const { workspace, name, format } = (args.name ? args : (item?.dataset ?? {})) as Record<
          string,
          string
        >;
        if (!name) {
          return;
        }
        const code = codeToLoad(
          { workspace, name, version: (args.version as number | undefined) ?? null },
          format
        );
        if (!panel) {
          Notification.warning(trans.__('No notebook is open. Open one, and insert again.'), {
            autoClose: 5000
          });
          return;
        }
        const { insertCode } = await import('./inserting');
        insertCode(panel, code);
        app.shell.activateById(panel.id);
      }
    });
  }
};
