import { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ITranslator } from '@jupyterlab/translation';
import { IWorkspaces, modelsIcon } from '@onedata/core';
import { CommandIDs } from './commands';

const ARGUMENTS = {
  type: 'object',
  required: ['name', 'version'],
  properties: {
    workspace: { type: 'string', description: 'The workspace; the one chosen where it is left out.' },
    name: { type: 'string', description: 'The name of the model.' },
    version: { type: 'string', description: 'The version.' },
    alias: { type: ['string', 'null'], description: 'An alias; the code then loads what it names.' }
  }
};

/** Writes the code that loads a model into the notebook that was used last. */
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
    app.commands.addCommand(CommandIDs.insertCode, {
      label: trans.__('Insert Code to Load a Model'),
      caption: trans.__('Insert the code that loads a model into the active notebook'),
      icon: modelsIcon,
      describedBy: { args: ARGUMENTS },
      execute: async args => {
        const { name, version, alias } = args as Record<string, string | undefined>;
        if (!name || !version) {
          return;
        }
        const panel = notebooks?.currentWidget;
        if (!panel) {
          Notification.warning(trans.__('No notebook is open. Open one, and insert again.'), {
            autoClose: 5000
          });
          return;
        }
        await workspaces.ready().catch(() => undefined);
        const mine = workspaces.me?.default_workspace;
        const workspace = (args.workspace as string | undefined) ?? workspaces.current?.name ?? null;
        const [{ codeToLoadModel }, { insertCode }] = await Promise.all([
          import('@onedata/models'),
          import('./inserting')
        ]);
        // A kernel works in its user's own workspace, unless it is told another.
        const named = workspace === mine ? null : workspace;
        insertCode(panel, codeToLoadModel(name, version, alias ?? null, named));
        app.shell.activateById(panel.id);
      }
    });
  }
};
