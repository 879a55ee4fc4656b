import type { IWorkspaces } from './workspaces';

/** How a command describes its argument `workspace`. */
export const WORKSPACE = {
  type: 'string',
  description: 'The workspace; the one chosen where it is left out.'
};

/** Give the workspace that a command's arguments mean; undefined where the studio does not say which there are. */
export async function workspaceOf(
  args: Record<string, unknown>,
  workspaces: IWorkspaces
): Promise<string | undefined> {
  await workspaces.ready().catch(() => undefined); // what opens says what is wrong
  return (args.workspace as string | undefined) ?? workspaces.current?.name;
}
