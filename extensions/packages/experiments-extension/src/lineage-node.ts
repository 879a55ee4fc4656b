import { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { ServerConnection } from '@jupyterlab/services';
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
    const { commands } = app;
    const openNotebook = async (path: string): Promise<void> => {
      try {
        await app.serviceManager.contents.get(path, { content: false });
      } catch (error) {
        if (error instanceof ServerConnection.ResponseError && error.response.status === 404) {
          Notification.warning(trans.__('There is no notebook %1 among your files.', path), {
            autoClose: 6000
          });
          return;
        }
        throw error;
      }
      await commands.execute(CommandIDs.openDocument, { path });
    };

    commands.addCommand(CommandIDs.openNode, {
      label: trans.__('Open Node of a Lineage Graph'),
      caption: trans.__('Open the dataset, model, notebook or job that a node stands for'),
      describedBy: { args: ARGUMENTS },
      execute: async args => {
        const node = parseNode(String(args.id ?? ''));
        switch (node?.kind) {
          case 'dataset':
            return commands.execute(CommandIDs.openDataset, {
              workspace: node.workspace,
              name: node.name,
              version: node.version ? Number(node.version) : null
            });
          case 'model': {
            const { workspace, name, version } = node;
            return commands.execute(CommandIDs.openModel, { workspace, name, version });
          }
          case 'notebook':
            return openNotebook(node.name);
          case 'job':
            if (commands.hasCommand(CommandIDs.openJobs)) {
              return commands.execute(CommandIDs.openJobs, { workspace: node.workspace, job: node.name });
            }
        }
      }
    });
  }
};

interface NodeId {
  kind: string;
  workspace: string;
  name: string;
  version: string | null;
}

/** Read `kind:workspace/name[@version]`; only datasets and models have versions, paths may hold an `@`. */
export function parseNode(id: string): NodeId | null {
  const [, kind, workspace, rest] = /^([a-z]+):([^/]+)\/(.+)$/s.exec(id) ?? [];
  if (!kind) {
    return null;
  }
  const at = kind === 'dataset' || kind === 'model' ? /^(.+)@([^@/]+)$/s.exec(rest) : null;
  return { kind, workspace, name: at?.[1] ?? rest, version: at?.[2] ?? null };
}
