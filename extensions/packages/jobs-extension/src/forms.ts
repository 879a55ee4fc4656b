import { Notification } from '@jupyterlab/apputils';
import type { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import type { INotebookTracker } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import {
  CommandArguments,
  jobsIcon,
  LazyCommand,
  Pages,
  PageServices,
  scheduleIcon,
  selectedItem
} from '@onedata/core';
import type { FormRequest, JobFormProps } from '@onedata/jobs';
import { JOB, NOTEBOOK, RUN } from './arguments';
import { makeHost } from './host';
import { sourceOf } from './source';

interface Services extends PageServices {
  browsers: IFileBrowserFactory | null;
  notebooks: INotebookTracker | null;
}

type FormCommand = LazyCommand<[Pages<JobFormProps>, Services]>;

/** Open the form that runs a notebook. */
export const runNotebook = forNotebook('run');

/** Open the form that schedules a notebook. */
export const scheduleNotebook = forNotebook('schedule');

/** The notebook is the one named, chosen in the file browser, or active. */
function forNotebook(kind: 'run' | 'schedule'): FormCommand {
  return {
    args: NOTEBOOK,
    execute: async (args, pages, services) => {
      const { app, browsers, notebooks, trans } = services;
      const item = selectedItem(browsers);
      const chosen = args.selected && item?.type === 'notebook' ? item.path : undefined;
      const path = (args.path as string | undefined) ?? chosen ?? notebooks?.currentWidget?.context.path;
      if (!path) {
        Notification.warning(trans.__('No notebook is open. Open one, and try again.'), { autoClose: 5000 });
        return;
      }
      const source = sourceOf(path, app.serviceManager.contents, notebooks);
      if (args.kept === undefined) {
        await source.save(); // a form that comes back after a reload was not asked for now
      }
      openForm({ kind, source, kept: args.kept }, pages, services);
    }
  };
}

/** Open the form that changes a job. */
export const editJob: FormCommand = {
  args: JOB,
  execute: (args, pages, services) => openForm({ kind: 'edit', ...placeOf(args) }, pages, services)
};

/** Open the form that runs a job again, with the parameters given. */
export const runJob: FormCommand = {
  args: RUN,
  execute: (args, pages, services) => {
    const parameters = { ...(args.parameters as object) };
    openForm({ kind: 'again', ...placeOf(args), parameters }, pages, services);
  }
};

/** Forms are pages of the main area, one for each notebook or job; what was typed for a notebook stays. */
function openForm(request: FormRequest, pages: Pages<JobFormProps>, services: Services): void {
  const { app, workspaces, notebooks, trans } = services;
  const key = `${request.kind}-${keyOf(request)}`;
  if (!('source' in request)) {
    pages.find(key)?.dispose();
  }
  pages.open(key, () => ({
    label: titleOf(request, trans),
    icon: request.kind === 'schedule' ? scheduleIcon : jobsIcon,
    load: async () => (await import('@onedata/jobs')).JobForm,
    props: {
      workspaces,
      host: makeHost(app, notebooks),
      request,
      onKeep: draft => {
        if ('source' in request) {
          request.kept = draft;
          pages.save(key);
        }
      },
      onDone: () => pages.find(key)?.dispose()
    }
  }));
}

function titleOf(request: FormRequest, trans: TranslationBundle): string {
  switch (request.kind) {
    case 'edit':
      return trans.__('Edit %1', request.name);
    case 'again':
      return trans.__('Run %1', request.name);
    default: {
      const file = request.source.path.split('/').pop()!;
      return request.kind === 'run' ? trans.__('Run %1', file) : trans.__('Schedule %1', file);
    }
  }
}

function keyOf(request: FormRequest): string {
  return 'source' in request ? request.source.path : `${request.workspace}-${request.job}`;
}

function placeOf(args: CommandArguments): { workspace: string; job: string; name: string } {
  const { workspace, job, name } = args as Record<string, string>;
  return { workspace, job, name: name ?? '' };
}
