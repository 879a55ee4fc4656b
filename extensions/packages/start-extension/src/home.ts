import { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ITranslator } from '@jupyterlab/translation';

/** Says at the start what is wrong with the home, and offers what can be done; how is in `home-look.ts`. */
export const home: JupyterFrontEndPlugin<void> = {
  id: '@onedata/lab:home',
  description: 'Says when the home is full, or added packages or settings were left out, and helps.',
  autoStart: true,
  requires: [ITranslator],
  activate: (app: JupyterFrontEnd, translator: ITranslator) => {
    void app.restored.then(async () => {
      const { lookAtHome } = await import(/* webpackChunkName: "start" */ './home-look');
      await lookAtHome(translator.load('onedata'));
    });
  }
};
