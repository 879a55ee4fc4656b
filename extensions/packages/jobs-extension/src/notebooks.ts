import { ILayoutRestorer, JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ITranslator } from '@jupyterlab/translation';
import { IWorkspaces, jobsIcon, mayWriteSomewhere, Pages } from '@onedata/core';
import type { JobFormProps } from '@onedata/jobs';
import { CommandIDs } from './commands';
import { scheduleIcon } from './icons';

/** The commands that open forms: a notebook as a job, a job changed, a job run again; how is in `forms.ts`. */
export const notebooks: JupyterFrontEndPlugin<void> = {
  id: '@onedata/lab:job-forms',
  description: 'Runs and schedules notebooks as jobs.',
  autoStart: true,
  requires: [IWorkspaces, ITranslator],
  optional: [ICommandPalette, IFileBrowserFactory, INotebookTracker, ILayoutRestorer],
  activate: (
    app: JupyterFrontEnd,
    workspaces: IWorkspaces,
    translator: ITranslator,
    palette: ICommandPalette | null,
    browsers: IFileBrowserFactory | null,
    tracker: INotebookTracker | null,
    restorer: ILayoutRestorer | null
  ) => {
    const trans = translator.load('onedata');
    const { commands } = app;
    const pagesOf = (kind: string) => new Pages<JobFormProps>(app, `onedata-${kind}-form`, translator);
    const pages = { run: pagesOf('run'), schedule: pagesOf('schedule'), job: pagesOf('job') };
    const around = { app, workspaces, browsers, notebooks: tracker, trans };
    const load = () => import('./forms');
    commands.addCommand(CommandIDs.runNotebook, {
      label: trans.__('Run as Job…'),
      caption: trans.__('Run the notebook as a job, with nobody logged in'),
      icon: jobsIcon,
      describedBy: async () => ({ args: (await load()).NOTEBOOK_ARGUMENTS }),
      isVisible: () => mayWriteSomewhere(workspaces),
      execute: async args => (await load()).openFor('run', args, pages.run, around)
    });
    commands.addCommand(CommandIDs.scheduleNotebook, {
      label: trans.__('Schedule…'),
      caption: trans.__('Run the notebook as a job at set times'),
      icon: scheduleIcon,
      describedBy: async () => ({ args: (await load()).NOTEBOOK_ARGUMENTS }),
      isVisible: () => mayWriteSomewhere(workspaces),
      execute: async args => (await load()).openFor('schedule', args, pages.schedule, around)
    });
    commands.addCommand(CommandIDs.editJob, {
      label: trans.__('Edit Job…'),
      caption: trans.__('Change a job’s parameters, schedule and options'),
      describedBy: async () => ({ args: (await load()).JOB_ARGUMENTS }),
      execute: async args => (await load()).editJob(args, pages.job, around)
    });
    commands.addCommand(CommandIDs.runJob, {
      label: trans.__('Run Job…'),
      caption: trans.__('Run a job now, with its parameters or others'),
      describedBy: async () => ({ args: (await load()).RUN_ARGUMENTS }),
      execute: async args => (await load()).runJob(args, pages.job, around)
    });
    workspaces.changed.connect(() => {
      commands.notifyCommandChanged(CommandIDs.runNotebook);
      commands.notifyCommandChanged(CommandIDs.scheduleNotebook);
    });
    for (const command of [CommandIDs.runNotebook, CommandIDs.scheduleNotebook]) {
      palette?.addItem({ command, category: 'One Data' });
    }
    pages.run.restore(restorer, CommandIDs.runNotebook, keptOf);
    pages.schedule.restore(restorer, CommandIDs.scheduleNotebook, keptOf);
  }
};

/** What opens the form of a notebook again as it was left. */
const keptOf: Parameters<Pages<JobFormProps>['restore']>[2] = ({ content }) => {
  const { request } = content.props;
  const kept = 'source' in request && { path: request.source.path, kept: (request.kept ?? null) as never };
  return kept || {};
};
