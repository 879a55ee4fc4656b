import { JupyterFrontEnd } from '@jupyterlab/application';
import { MainAreaWidget } from '@jupyterlab/apputils';
import { ITranslator } from '@jupyterlab/translation';
import { IWorkspaces, jobsIcon, LazyWidget } from '@onedata/core';
import type { FormRequest, JobFormProps, JobHost } from '@onedata/jobs';
import { scheduleIcon } from './icons';

/** Opens forms about jobs as pages of the main area, one for each notebook or job. */
export class Forms {
  constructor(
    private readonly _app: JupyterFrontEnd,
    private readonly _workspaces: IWorkspaces,
    private readonly _host: JobHost,
    private readonly _translator: ITranslator
  ) {}

  open(request: FormRequest): void {
    const id = `onedata-job-form-${request.kind}-${keyOf(request)}`;
    const open = this._open.get(id);
    if (open && !open.isDisposed) {
      if (request.kind === 'run' || request.kind === 'schedule') {
        this._app.shell.activateById(id); // what was typed stays
        return;
      }
      open.dispose();
    }
    const content = new LazyWidget<JobFormProps>(
      async () => (await import('@onedata/jobs')).JobForm,
      {
        workspaces: this._workspaces,
        host: this._host,
        request,
        onDone: () => this._open.get(id)?.dispose()
      },
      this._translator
    );
    const widget = new MainAreaWidget({ content });
    widget.id = id;
    widget.title.label = this._titleOf(request);
    widget.title.icon = request.kind === 'schedule' ? scheduleIcon : jobsIcon;
    widget.title.closable = true;
    widget.disposed.connect(() => this._open.get(id) === widget && this._open.delete(id));
    this._open.set(id, widget);
    this._app.shell.add(widget, 'main', { type: 'One Data' });
    this._app.shell.activateById(id);
  }

  private _titleOf(request: FormRequest): string {
    const trans = this._translator.load('onedata');
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

  private readonly _open = new Map<string, MainAreaWidget>();
}

function keyOf(request: FormRequest): string {
  return 'source' in request ? request.source.path : `${request.workspace}-${request.job}`;
}
