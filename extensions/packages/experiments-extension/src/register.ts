import { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ITranslator } from '@jupyterlab/translation';
import { IWorkspaces, modelsIcon } from '@onedata/core';
import { CommandIDs } from './commands';

const ARGUMENTS = {
  type: 'object',
  required: ['run'],
  properties: {
    workspace: { type: 'string', description: 'The workspace; the one chosen where it is left out.' },
    run: { type: 'string', description: 'The id of the run that logged the model.' },
    name: { type: 'string', description: 'The name of the model; asked for where it is left out.' }
  }
};

/** Makes a model that a run logged the next version of a registered model. */
export const register: JupyterFrontEndPlugin<void> = {
  id: '@onedata/lab:register-model',
  description: 'Registers the model that a run logged.',
  autoStart: true,
  requires: [IWorkspaces, ITranslator],
  activate: (app: JupyterFrontEnd, workspaces: IWorkspaces, translator: ITranslator) => {
    const trans = translator.load('onedata');
    app.commands.addCommand(CommandIDs.register, {
      label: trans.__('Register as Model…'),
      caption: trans.__('Make the model that a run logged the next version of a registered model'),
      icon: modelsIcon,
      describedBy: { args: ARGUMENTS },
      isVisible: () => workspaces.me === null || workspaces.me.workspaces.some(one => one.role !== 'viewer'),
      execute: async args => {
        const { run, name } = args as Record<string, string | undefined>;
        if (!run) {
          return;
        }
        await workspaces.ready().catch(() => undefined); // the request says what is wrong
        const workspace = (args.workspace as string | undefined) ?? workspaces.current?.name;
        if (workspace) {
          const { registerRun } = await import('./registering');
          await registerRun(app, trans, workspace, run, name);
        }
      }
    });
  }
};
