import { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, Notification } from '@jupyterlab/apputils';
import { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ITranslator } from '@jupyterlab/translation';
import { IWorkspaces, jobsIcon } from '@onedata/core';
import type { FormRequest } from '@onedata/jobs';
import { JOB, NOTEBOOK, RUN } from './arguments';
import { CommandIDs } from './commands';
import type { Forms } from './forms';
import { scheduleIcon } from './icons';

/** The commands that open forms: a notebook as a job, a job changed, a job run again. */
export const notebooks: JupyterFrontEndPlugin<void> = {
  id: '@onedata/lab:job-forms',
  description: 'Runs and schedules notebooks as jobs.',
  autoStart: true,
  requires: [IWorkspaces, ITranslator],
  optional: [ICommandPalette, IFileBrowserFactory, INotebookTracker],
  activate: (
    app: JupyterFrontEnd,
    workspaces: IWorkspaces,
    translator: ITranslator,
    palette: ICommandPalette | null,
    browsers: IFileBrowserFactory | null,
    tracker: INotebookTracker | null
  ) => {
    const trans = translator.load('onedata');
    const { commands } = app;
    let forms: Forms | null = null;
    const openForm = async (request: FormRequest): Promise<void> => {
      const [{ Forms }, { makeHost }] = await Promise.all([import('./forms'), import('./host')]);
      forms ??= new Forms(app, workspaces, makeHost(app, tracker), translator);
      forms.open(request);
    };
    const mayWrite = (): boolean =>
      workspaces.me === null || workspaces.me.workspaces.some(one => one.role !== 'viewer');
    const pathOf = (args: { path?: unknown; selected?: unknown }): string | undefined => {
      const item = browsers?.tracker.currentWidget?.selectedItems().next().value;
      const chosen = args.selected && item?.type === 'notebook' ? item.path : undefined;
      return (args.path as string | undefined) ?? chosen ?? tracker?.currentWidget?.context.path;
    };
    const openFor = async (kind: 'run' | 'schedule', path: string | undefined): Promise<void> => {
      if (path) {
        const { sourceOf } = await import('./source');
        const source = sourceOf(path, app.serviceManager.contents, tracker);
        await source.save();
        await openForm({ kind, source });
      } else {
        Notification.warning(trans.__('No notebook is open. Open one, and try again.'), { autoClose: 5000 });
      }
    };
    commands.addCommand(CommandIDs.runNotebook, {
      label: trans.__('Run as Job…'),
      caption: trans.__('Run the notebook as a job, with nobody logged in'),
      icon: jobsIcon,
      describedBy: { args: NOTEBOOK },
      isVisible: mayWrite,
      execute: args => openFor('run', pathOf(args))
    });
    commands.addCommand(CommandIDs.scheduleNotebook, {
      label: trans.__('Schedule…'),
      caption: trans.__('Run the notebook as a job at set times'),
      icon: scheduleIcon,
      describedBy: { args: NOTEBOOK },
      isVisible: mayWrite,
      execute: args => openFor('schedule', pathOf(args))
    });
    commands.addCommand(CommandIDs.editJob, {
      label: trans.__('Edit Job…'),
      caption: trans.__('Change a job’s parameters, schedule and options'),
      describedBy: { args: JOB },
      execute: args => openForm({ kind: 'edit', ...placeOf(args) })
    });
    commands.addCommand(CommandIDs.runJob, {
      label: trans.__('Run Job…'),
      caption: trans.__('Run a job now, with its parameters or others'),
      describedBy: { args: RUN },
      execute: args =>
        openForm({ kind: 'again', ...placeOf(args), parameters: { ...(args.parameters as object) } })
    });
    workspaces.changed.connect(() => {
      commands.notifyCommandChanged(CommandIDs.runNotebook);
      commands.notifyCommandChanged(CommandIDs.scheduleNotebook);
    });
    for (const command of [CommandIDs.runNotebook, CommandIDs.scheduleNotebook]) {
      palette?.addItem({ command, category: 'One Data' });
    }
  }
};

function placeOf(args: Record<string, unknown>): { workspace: string; job: string; name: string } {
  const { workspace, job, name } = args as Record<string, string>;
  return { workspace, job, name: name ?? '' };
}
