import { JupyterFrontEnd } from '@jupyterlab/application';
import { Dialog, Notification, showDialog } from '@jupyterlab/apputils';
import { TranslationBundle } from '@jupyterlab/translation';
import { CommandIDs, IWorkspaces, LazyCommand, sentence, WORKSPACE, workspaceOf } from '@onedata/core';
import { listLoggedModels, listModelNames, LoggedModel, readRun, registerModel } from '@onedata/experiments';
import { RegisterForm, Registration } from './register-form';

/** Register the model of the run that the arguments name; asks for the model's name where they have none. */
export const registerRun: LazyCommand<[JupyterFrontEnd, IWorkspaces, TranslationBundle]> = {
  args: {
    type: 'object',
    required: ['run'],
    properties: {
      workspace: WORKSPACE,
      run: { type: 'string', description: 'The id of the run that logged the model.' },
      name: { type: 'string', description: 'The name of the model; asked for where it is left out.' }
    }
  },
  execute: async (args, app, workspaces, trans) => {
    const { run, name } = args as Record<string, string | undefined>;
    const workspace = await workspaceOf(args, workspaces);
    if (run && workspace) {
      await register(workspace, run, name, app, trans).catch(error => {
        Notification.error(sentence(error), { autoClose: false });
      });
    }
  }
};

async function register(
  workspace: string,
  run: string,
  name: string | undefined,
  app: JupyterFrontEnd,
  trans: TranslationBundle
): Promise<void> {
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
}

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
