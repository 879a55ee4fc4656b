import { JupyterFrontEnd } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { ServerConnection } from '@jupyterlab/services';
import { TranslationBundle } from '@jupyterlab/translation';
import { call, CommandIDs, LazyCommand, Page, sentence } from '@onedata/core';
import { parseNode } from './node-id';

/** Open what a node of a lineage graph stands for. */
export const openNode: LazyCommand<[JupyterFrontEnd, TranslationBundle]> = {
  args: {
    type: 'object',
    required: ['id'],
    properties: {
      id: { type: 'string', description: 'The node: kind:workspace/name, or kind:workspace/name@version.' }
    }
  },
  execute: async (args, app, trans) => {
    const { commands } = app;
    const node = parseNode((args.id as string | undefined) ?? '');
    switch (node?.kind) {
      case 'dataset': {
        const version = node.version ? Number(node.version) : null;
        await commands.execute(CommandIDs.openDataset, { ...node, version });
        break;
      }
      case 'model':
        await commands.execute(CommandIDs.openModel, { ...node });
        break;
      case 'notebook':
        await openNotebook(app, trans, node.name);
        break;
      case 'job':
        await openJob(app, node.workspace, node.name);
    }
  }
};

/** A notebook is known by its path, which may be in somebody else's home, or gone. */
async function openNotebook(app: JupyterFrontEnd, trans: TranslationBundle, path: string): Promise<void> {
  try {
    await app.serviceManager.contents.get(path, { content: false });
  } catch (error) {
    const isMissing = error instanceof ServerConnection.ResponseError && error.response.status === 404;
    const words = trans.__('There is no notebook %1 among your files.', path);
    Notification.warning(isMissing ? words : sentence(error), { autoClose: 6000 });
    return;
  }
  await app.commands.execute('docmanager:open', { path });
}

/** A job is known by its name; where it is gone, all jobs are shown. */
async function openJob(app: JupyterFrontEnd, workspace: string, name: string): Promise<void> {
  if (app.commands.hasCommand(CommandIDs.openJobs)) {
    const path = `workspaces/${encodeURIComponent(workspace)}/jobs`;
    const found = await call<Page<{ id: string }>>('studio/api/v1', path, { query: { name } }).catch(
      () => null // the page of jobs says what is wrong
    );
    await app.commands.execute(CommandIDs.openJobs, { workspace, job: found?.items[0]?.id ?? null });
  }
}
