import { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Dialog, Notification, showDialog } from '@jupyterlab/apputils';
import { ITranslator, TranslationBundle } from '@jupyterlab/translation';
import { IWorkspaces, modelsIcon, sentence } from '@onedata/core';
import type { LoggedModel } from '@onedata/experiments';
import { CommandIDs } from './commands';
import { RegisterForm, Registration } from './register-form';

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
        try {
          await workspaces.ready();
          const workspace = (args.workspace as string | undefined) ?? workspaces.current!.name;
          const { listLoggedModels, listModelNames, readRun, registerModel } =
            await import('@onedata/experiments');
          const models = await listLoggedModels(workspace, await readRun(workspace, run));
          if (models.length === 0) {
            throw new Error(trans.__('This run has logged no model.'));
          }
          const wanted = name
            ? { name, modelId: models[0].info.model_id, description: '' }
            : await ask(models, await listModelNames(workspace), trans);
          const model = models.find(one => one.info.model_id === wanted?.modelId);
          if (wanted && model) {
            const version = await registerModel(workspace, wanted.name, model, wanted.description);
            tell(app, trans, workspace, wanted.name, version);
          }
        } catch (error) {
          Notification.error(sentence(error), { autoClose: false });
        }
      }
    });
  }
};

async function ask(
  models: LoggedModel[],
  names: string[],
  trans: TranslationBundle
): Promise<Registration | null> {
  const { button, value } = await showDialog({
    title: trans.__('Register as model'),
    body: new RegisterForm(models, names, trans),
    buttons: [Dialog.cancelButton(), Dialog.okButton({ label: trans.__('Register') })],
    focusNodeSelector: 'input[name="name"]'
  });
  return button.accept && value?.name ? value : null;
}

function tell(
  app: JupyterFrontEnd,
  trans: TranslationBundle,
  workspace: string,
  name: string,
  version: string
): void {
  const open = {
    label: trans.__('Open'),
    callback: () => void app.commands.execute(CommandIDs.openModel, { workspace, name, version })
  };
  Notification.success(trans.__('Registered as version %1 of %2', version, name), {
    actions: [open],
    autoClose: 10_000
  });
}
