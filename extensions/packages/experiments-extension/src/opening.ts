import type { JupyterFrontEnd } from '@jupyterlab/application';
import { InputDialog } from '@jupyterlab/apputils';
import { TranslationBundle } from '@jupyterlab/translation';
import { experimentsIcon, IWorkspaces, Pages, WORKSPACE, workspaceOf } from '@onedata/core';
import type { ExperimentPageProps, ExperimentRef, RunPageProps } from '@onedata/experiments';
import { CommandIDs } from './commands';
import { runActions } from './actions';

export const EXPERIMENT_ARGUMENTS = {
  type: 'object',
  properties: {
    workspace: WORKSPACE,
    experiment: { type: 'string', description: 'The id of the experiment; asked for where it is left out.' },
    name: { type: 'string', description: 'The name of the experiment; looked up where it is left out.' }
  }
};

export const RUN_ARGUMENTS = {
  type: 'object',
  required: ['run'],
  properties: {
    workspace: WORKSPACE,
    run: { type: 'string', description: 'The id of the run.' },
    name: { type: 'string', description: 'The name of the run, for the tab.' }
  }
};

/** What a page is made from. */
interface Around {
  app: JupyterFrontEnd;
  workspaces: IWorkspaces;
  trans: TranslationBundle;
}

/** Open the experiment that a command's arguments mean. */
export async function openExperiment(
  args: Record<string, unknown>,
  pages: Pages<ExperimentPageProps>,
  { app, workspaces, trans }: Around
): Promise<void> {
  const experiment = await experimentOf(args, workspaces, trans);
  if (experiment) {
    pages.open(`${experiment.workspace}-${experiment.id}`, () => ({
      label: experiment.name,
      caption: trans.__('Experiment %1', `${experiment.workspace}/${experiment.name}`),
      icon: experimentsIcon,
      load: async () => (await import('@onedata/experiments')).ExperimentPage,
      props: {
        workspaces,
        experiment,
        onOpenRun: (workspace, run, name) =>
          void app.commands.execute(CommandIDs.openRun, { workspace, run, name })
      }
    }));
  }
}

/** Open the run that a command's arguments name. */
export async function openRun(
  args: Record<string, unknown>,
  pages: Pages<RunPageProps>,
  { app, workspaces, trans }: Around
): Promise<void> {
  const workspace = await workspaceOf(args, workspaces);
  const { run: runId, name = runId?.slice(0, 8) } = args as Record<string, string | undefined>;
  if (workspace && runId) {
    pages.open(runId, () => ({
      label: name!,
      caption: trans.__('Run %1', name),
      icon: experimentsIcon,
      load: async () => (await import('@onedata/experiments')).RunPage,
      props: { workspaces, workspace, runId, actions: runActions(app) }
    }));
  }
}

/** The experiment that a command's arguments mean; asks where they name none. */
async function experimentOf(
  args: Record<string, unknown>,
  workspaces: IWorkspaces,
  trans: TranslationBundle
): Promise<ExperimentRef | null> {
  const { experiment, name } = args as Record<string, string | undefined>;
  const workspace = await workspaceOf(args, workspaces);
  if (!workspace) {
    return null;
  }
  if (experiment && name) {
    return { workspace, id: experiment, name };
  }
  const { listExperiments, readExperiment } = await import('@onedata/experiments');
  if (experiment) {
    const found = await readExperiment(workspace, experiment);
    return { workspace, id: experiment, name: found.name };
  }
  const { items } = await listExperiments(workspace, '', null);
  const { value } = await InputDialog.getItem({
    title: trans.__('Which experiment?'),
    items: items.map(one => one.name)
  });
  const chosen = items.find(one => one.name === value);
  return chosen ? { workspace, id: chosen.experiment_id, name: chosen.name } : null;
}
