import { InputDialog } from '@jupyterlab/apputils';
import { IWorkspaces } from '@onedata/core';
import type { ExperimentRef } from '@onedata/experiments';

/** The experiment that a command's arguments mean; asks where they name none. */
export async function experimentOf(
  args: Record<string, unknown>,
  workspaces: IWorkspaces,
  question: string
): Promise<ExperimentRef | null> {
  const { workspace, experiment, name } = args as Record<string, string | undefined>;
  await workspaces.ready().catch(() => undefined); // the page says what is wrong
  const inside = workspace ?? workspaces.current?.name;
  if (!inside) {
    return null;
  }
  if (experiment && name) {
    return { workspace: inside, id: experiment, name };
  }
  const { listExperiments, readExperiment } = await import('@onedata/experiments');
  if (experiment) {
    const found = await readExperiment(inside, experiment);
    return { workspace: inside, id: experiment, name: found.name };
  }
  const { items } = await listExperiments(inside, '', null);
  const { value } = await InputDialog.getItem({ title: question, items: items.map(one => one.name) });
  const chosen = items.find(one => one.name === value);
  return chosen ? { workspace: inside, id: chosen.experiment_id, name: chosen.name } : null;
}
