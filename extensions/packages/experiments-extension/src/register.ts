import { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ITranslator } from '@jupyterlab/translation';
import { IWorkspaces, mayWriteSomewhere, modelsIcon } from '@onedata/core';
import { CommandIDs } from './commands';

/** Makes a model that a run logged the next version of a registered model; how is in `registering.ts`. */
export const register: JupyterFrontEndPlugin<void> = {
  id: '@onedata/lab:register-model',
  description: 'Registers the model that a run logged.',
  autoStart: true,
  requires: [IWorkspaces, ITranslator],
  activate: (app: JupyterFrontEnd, workspaces: IWorkspaces, translator: ITranslator) => {
    const trans = translator.load('onedata');
    const load = () => import('./registering');
    app.commands.addCommand(CommandIDs.register, {
      label: trans.__('Register as Model…'),
      caption: trans.__('Make the model that a run logged the next version of a registered model'),
      icon: modelsIcon,
      describedBy: async () => ({ args: (await load()).ARGUMENTS }),
      isVisible: () => mayWriteSomewhere(workspaces),
      execute: async args => (await load()).registerRun(args, app, workspaces, trans)
    });
  }
};
