import { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ITranslator } from '@jupyterlab/translation';
import { addLazyCommand, CommandIDs, IWorkspaces, mayWriteSomewhere, modelsIcon } from '@onedata/core';

/** Makes a model that a run logged the next version of a registered model; how is in `registering.ts`. */
export const register: JupyterFrontEndPlugin<void> = {
  id: '@onedata/lab:register-model',
  description: 'Registers the model that a run logged.',
  autoStart: true,
  requires: [IWorkspaces, ITranslator],
  activate: (app: JupyterFrontEnd, workspaces: IWorkspaces, translator: ITranslator) => {
    const trans = translator.load('onedata');
    const words = {
      label: trans.__('Register as Model…'),
      caption: trans.__('Make the model that a run logged the next version of a registered model'),
      icon: modelsIcon,
      isVisible: () => mayWriteSomewhere(workspaces)
    };
    const load = async () => (await import('./registering')).registerRun;
    addLazyCommand(app.commands, CommandIDs.registerModel, words, load, app, workspaces, trans);
  }
};
