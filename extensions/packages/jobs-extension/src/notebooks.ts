import { ILayoutRestorer, JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ITranslator } from '@jupyterlab/translation';
import type { ReadonlyJSONObject } from '@lumino/coreutils';
import {
  addLazyCommand,
  addPageCommand,
  CommandIDs,
  IWorkspaces,
  jobsIcon,
  mayWriteSomewhere,
  OpenPage,
  Pages,
  scheduleIcon
} from '@onedata/core';
import type { JobFormProps } from '@onedata/jobs';

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
    const services = { app, workspaces, translator, trans, palette, restorer, browsers, notebooks: tracker };
    addPageCommand(services, CommandIDs.runAsJob, {
      label: trans.__('Run as Job…'),
      caption: trans.__('Run the notebook as a job, with nobody logged in'),
      icon: jobsIcon,
      isVisible: () => mayWriteSomewhere(workspaces),
      kind: 'onedata-run-form',
      load: async () => (await import('./forms')).runNotebook,
      args: keptOf
    });
    addPageCommand(services, CommandIDs.scheduleNotebook, {
      label: trans.__('Schedule…'),
      caption: trans.__('Run the notebook as a job at set times'),
      icon: scheduleIcon,
      isVisible: () => mayWriteSomewhere(workspaces),
      kind: 'onedata-schedule-form',
      load: async () => (await import('./forms')).scheduleNotebook,
      args: keptOf
    });
    workspaces.changed.connect(() => {
      app.commands.notifyCommandChanged(CommandIDs.runAsJob);
      app.commands.notifyCommandChanged(CommandIDs.scheduleNotebook);
    });

    const pages = new Pages<JobFormProps>(app, 'onedata-job-form', translator);
    addLazyCommand(
      app.commands,
      CommandIDs.editJob,
      {
        label: trans.__('Edit Job…'),
        caption: trans.__('Change a job’s parameters, schedule and options')
      },
      async () => (await import('./forms')).editJob,
      pages,
      services
    );
    addLazyCommand(
      app.commands,
      CommandIDs.runJob,
      { label: trans.__('Run Job…'), caption: trans.__('Run a job now, with its parameters or others') },
      async () => (await import('./forms')).runJob,
      pages,
      services
    );
  }
};

/** What opens the form of a notebook again as it was left. */
function keptOf({ content }: OpenPage<JobFormProps>): ReadonlyJSONObject {
  const { request } = content.props;
  const kept = 'source' in request && { path: request.source.path, kept: (request.kept ?? null) as never };
  return kept || {};
}
