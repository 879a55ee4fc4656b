import { InputDialog } from '@jupyterlab/apputils';
import { IWorkspaces } from '@onedata/core';
import type { ModelRef } from '@onedata/models';

/** The model that a command's arguments mean; asks where they name none. */
export async function modelOf(
  args: Record<string, unknown>,
  workspaces: IWorkspaces,
  question: string
): Promise<ModelRef | null> {
  await workspaces.ready().catch(() => undefined); // the page says what is wrong
  const workspace = (args.workspace as string | undefined) ?? workspaces.current?.name;
  if (!workspace) {
    return null;
  }
  if (typeof args.name === 'string') {
    const { version } = args;
    return { workspace, name: args.name, version: version ? String(version) : null };
  }
  const { listModels } = await import('@onedata/models');
  const { items } = await listModels(workspace, '', null);
  const { value } = await InputDialog.getItem({ title: question, items: items.map(one => one.name) });
  return value ? { workspace, name: value, version: null } : null;
}
