import { InputDialog } from '@jupyterlab/apputils';
import {
  CommandArguments,
  CommandIDs,
  experimentsIcon,
  LazyCommand,
  Pages,
  PageServices,
  WORKSPACE,
  workspaceOf
} from '@onedata/core';
import type { ExperimentPageProps, ExperimentRef, RunPageProps } from '@onedata/experiments';
import { runActions } from './actions';

/** Open the experiment that the arguments mean. */
export const openExperiment: LazyCommand<[Pages<ExperimentPageProps>, PageServices]> = {
  args: {
    type: 'object',
    properties: {
      workspace: WORKSPACE,
      experiment: {
        type: 'string',
        description: 'The id of the experiment; asked for where it is left out.'
      },
      name: { type: 'string', description: 'The name of the experiment; looked up where it is left out.' }
    }
  },
  execute: async (args, pages, services) => {
    const { app, workspaces, trans } = services;
    const experiment = await experimentOf(args, services);
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
};

/** Open the run that the arguments name. */
export const openRun: LazyCommand<[Pages<RunPageProps>, PageServices]> = {
  args: {
    type: 'object',
    required: ['run'],
    properties: {
      workspace: WORKSPACE,
      run: { type: 'string', description: 'The id of the run.' },
      name: { type: 'string', description: 'The name of the run, for the tab.' }
    }
  },
  execute: async (args, pages, { app, workspaces, trans }) => {
    const workspace = await workspaceOf(args, workspaces);
    const { run: runId, name } = args as Record<string, string | undefined>;
    if (workspace && runId) {
      const label = name ?? runId.slice(0, 8);
      pages.open(runId, () => ({
        label,
        caption: trans.__('Run %1', label),
        icon: experimentsIcon,
        load: async () => (await import('@onedata/experiments')).RunPage,
        props: { workspaces, workspace, runId, actions: runActions(app) }
      }));
    }
  }
};

/** The experiment that a command's arguments mean; asks where they name none. */
async function experimentOf(
  args: CommandArguments,
  { workspaces, trans }: PageServices
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
