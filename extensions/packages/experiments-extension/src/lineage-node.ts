import { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ITranslator } from '@jupyterlab/translation';
import { addLazyCommand, CommandIDs } from '@onedata/core';

/** Opens what a node of a lineage graph stands for, whichever panel draws the graph; how is in `lineage.ts`. */
export const lineageNode: JupyterFrontEndPlugin<void> = {
  id: '@onedata/lab:lineage-node',
  description: 'Opens what a node of a lineage graph stands for.',
  autoStart: true,
  requires: [ITranslator],
  activate: (app: JupyterFrontEnd, translator: ITranslator) => {
    const trans = translator.load('onedata');
    const words = {
      label: trans.__('Open Node of a Lineage Graph'),
      caption: trans.__('Open the dataset, model, notebook or job that a node stands for')
    };
    const load = async () => (await import('./lineage')).openNode;
    addLazyCommand(app.commands, CommandIDs.openLineageNode, words, load, app, trans);
  }
};
