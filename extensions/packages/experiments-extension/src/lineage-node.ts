import { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ITranslator } from '@jupyterlab/translation';
import { CommandIDs } from './commands';

const ARGUMENTS = {
  type: 'object',
  required: ['id'],
  properties: {
    id: { type: 'string', description: 'The node: kind:workspace/name, or kind:workspace/name@version.' }
  }
};

/** Opens what a node of a lineage graph stands for, whichever panel draws the graph. */
export const lineageNode: JupyterFrontEndPlugin<void> = {
  id: '@onedata/lab:lineage-node',
  description: 'Opens what a node of a lineage graph stands for.',
  autoStart: true,
  requires: [ITranslator],
  activate: (app: JupyterFrontEnd, translator: ITranslator) => {
    const trans = translator.load('onedata');
    app.commands.addCommand(CommandIDs.openNode, {
      label: trans.__('Open Node of a Lineage Graph'),
      caption: trans.__('Open the dataset, model, notebook or job that a node stands for'),
      describedBy: { args: ARGUMENTS },
      execute: async args => {
        const { openNode } = await import('./opening');
        await openNode(app, trans, String(args.id ?? ''));
      }
    });
  }
};
