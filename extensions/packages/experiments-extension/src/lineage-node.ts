import { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ITranslator } from '@jupyterlab/translation';
import { CommandIDs } from './commands';

/** Opens what a node of a lineage graph stands for, whichever panel draws the graph; how is in `lineage.ts`. */
export const lineageNode: JupyterFrontEndPlugin<void> = {
  id: '@onedata/lab:lineage-node',
  description: 'Opens what a node of a lineage graph stands for.',
  autoStart: true,
  requires: [ITranslator],
  activate: (app: JupyterFrontEnd, translator: ITranslator) => {
    const trans = translator.load('onedata');
    const load = () => import('./lineage');
    app.commands.addCommand(CommandIDs.openNode, {
      label: trans.__('Open Node of a Lineage Graph'),
      caption: trans.__('Open the dataset, model, notebook or job that a node stands for'),
      describedBy: async () => ({ args: (await load()).ARGUMENTS }),
      execute: async args => (await load()).openNode(app, trans, String(args.id ?? ''))
    });
  }
};
