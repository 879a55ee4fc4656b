import { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator } from '@jupyterlab/translation';
import { IWorkspaces } from '@onedata/core';

/** Tells people when a run of theirs has ended; how is in `run-news.ts`. */
export const runs: JupyterFrontEndPlugin<void> = {
  id: '@onedata/lab:run-toasts',
  description: 'Shows a toast when one of the reader’s job runs has ended.',
  autoStart: true,
  requires: [IWorkspaces, ITranslator],
  optional: [ISettingRegistry],
  activate: (
    app: JupyterFrontEnd,
    workspaces: IWorkspaces,
    translator: ITranslator,
    registry: ISettingRegistry | null
  ) => {
    void app.restored.then(async () => {
      const { watchRuns } = await import(/* webpackChunkName: "start" */ './run-news');
      watchRuns(app, workspaces, translator.load('onedata'), registry);
    });
  }
};
