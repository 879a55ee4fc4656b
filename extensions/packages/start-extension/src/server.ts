import { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator } from '@jupyterlab/translation';

/** Shows the server in the status bar, and warns before an idle one is stopped; how is in `watching.ts`. */
export const server: JupyterFrontEndPlugin<void> = {
  id: '@onedata/lab:server',
  description: 'Shows profile, memory and the time to an idle stop in the status bar.',
  autoStart: true,
  requires: [ITranslator],
  optional: [IStatusBar, ISettingRegistry],
  activate: (
    app: JupyterFrontEnd,
    translator: ITranslator,
    bar: IStatusBar | null,
    registry: ISettingRegistry | null
  ) => {
    void app.restored.then(async () => {
      const { watchServer } = await import(/* webpackChunkName: "start" */ './watching');
      watchServer(app, translator.load('onedata'), bar, registry);
    });
  }
};
