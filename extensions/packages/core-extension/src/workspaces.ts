import { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IStateDB } from '@jupyterlab/statedb';
import { ITranslator } from '@jupyterlab/translation';
import { IWorkspaces, setLocale, Workspaces } from '@onedata/core';

const KEY = '@onedata/lab:workspace';

/** Keeps which workspace the panels show; the choice outlives a reload. */
export const workspaces: JupyterFrontEndPlugin<IWorkspaces> = {
  id: '@onedata/lab:workspaces',
  description: 'Keeps which workspace all panels show.',
  autoStart: true,
  provides: IWorkspaces,
  requires: [ITranslator],
  optional: [IStateDB],
  activate: (_app: JupyterFrontEnd, translator: ITranslator, state: IStateDB | null): IWorkspaces => {
    setLocale(translator.languageCode, translator.load('onedata'));
    return new Workspaces({
      fetch: async () => (await state?.fetch(KEY)) as string | undefined,
      save: async name => void (await state?.save(KEY, name))
    });
  }
};
