import { JupyterFrontEnd } from '@jupyterlab/application';
import { Dialog, Notification, showDialog } from '@jupyterlab/apputils';
import type { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import { TranslationBundle } from '@jupyterlab/translation';
import {
  call,
  CommandIDs,
  IWorkspaces,
  LazyCommand,
  parseRef,
  selectedItem,
  sentence,
  share
} from '@onedata/core';
import type { Publication } from '@onedata/datasets';
import { PublishForm } from './publish-form';

const POLL_MILLISECONDS = 700;

type Around = [IFileBrowserFactory | null, IWorkspaces, () => Promise<Watcher>, TranslationBundle];

/** Ask what is missing, have the server publish, and show how far it is. */
export const publishFile: LazyCommand<Around> = {
  args: {
    type: 'object',
    properties: {
      path: {
        type: 'string',
        description: 'The file or folder; the one chosen in the file browser if left out.'
      },
      name: { type: 'string', description: 'The name of the dataset; asked for if left out.' },
      workspace: { type: 'string', description: 'The workspace; asked for if left out.' }
    }
  },
  execute: async (args, browsers, workspaces, watcher, trans) => {
    const { name, workspace } = args as Record<string, string | undefined>;
    const path = (args.path as string | undefined) ?? selectedItem(browsers)?.path;
    if (!path) {
      return;
    }
    try {
      await workspaces.ready();
      const wanted =
        name && workspace ? { name, workspace, description: '' } : await ask(path, workspaces, trans);
      if (wanted?.name && wanted.workspace) {
        const body = { path, ...wanted };
        const begun = await call<Publication>('local', 'publications', { method: 'POST', body });
        (await watcher()).watch(begun);
      }
    } catch (error) {
      Notification.error(sentence(error), { autoClose: false });
    }
  }
};

async function ask(
  path: string,
  workspaces: IWorkspaces,
  trans: TranslationBundle
): Promise<{ name: string; workspace: string; description: string } | null> {
  const form = new PublishForm(path, workspaces, trans);
  const { button, value } = await showDialog({
    title: trans.__('Publish as dataset'),
    body: form,
    buttons: [Dialog.cancelButton(), Dialog.okButton({ label: trans.__('Publish') })],
    focusNodeSelector: 'input[name="name"]'
  });
  return button.accept ? value : null;
}

/** Shows how far publications are, and how they ended. */
export class Watcher {
  constructor(
    private readonly _app: JupyterFrontEnd,
    private readonly _trans: TranslationBundle
  ) {}

  watch(publication: Publication): void {
    const id = Notification.emit(this._words(publication), 'in-progress', { autoClose: false, progress: 0 });
    this._shown.set(publication.id, id);
    if (this._shown.size === 1) {
      window.setTimeout(() => void this._look(), POLL_MILLISECONDS);
    }
  }

  private async _look(): Promise<void> {
    try {
      const { items } = await call<{ items: Publication[] }>('local', 'publications');
      items.filter(one => this._shown.has(one.id)).forEach(one => this._show(one));
    } catch {
      // the server is away for a moment; it is asked again
    }
    if (this._shown.size > 0) {
      window.setTimeout(() => void this._look(), POLL_MILLISECONDS);
    }
  }

  private _show(publication: Publication): void {
    const id = this._shown.get(publication.id)!;
    if (publication.state === 'done') {
      this._shown.delete(publication.id);
      const ref = { ...parseRef(publication.dataset)! };
      const open = {
        label: this._trans.__('Open'),
        callback: () => void this._app.commands.execute(CommandIDs.openDataset, ref)
      };
      Notification.update({
        id,
        type: 'success',
        message: this._words(publication),
        actions: [open],
        autoClose: 10_000
      });
    } else if (publication.state === 'failed') {
      this._shown.delete(publication.id);
      Notification.update({ id, type: 'error', message: this._words(publication), autoClose: false });
    } else {
      const { done_bytes, total_bytes } = publication;
      const progress = total_bytes ? Math.min(1, done_bytes / total_bytes) : 0;
      Notification.update({ id, message: this._words(publication), progress });
    }
  }

  private _words(publication: Publication): string {
    const { path, dataset, state, version, unchanged, message, done_bytes, total_bytes } = publication;
    switch (state) {
      case 'done':
        return (
          (unchanged
            ? this._trans.__('%1 holds the same bytes: no new version of %2', path, dataset)
            : this._trans.__('%1 is version %2 of %3', path, version, dataset)) +
          (message ? `. ${message}` : '')
        );
      case 'failed':
        return this._trans.__('%1 was not published: %2', path, message);
      default:
        // JupyterLab's toasts hide their progress bars.
        return (
          this._trans.__('Publishing %1 as %2 …', path, dataset) +
          (total_bytes ? ` ${share(done_bytes, total_bytes)}` : '')
        );
    }
  }

  private readonly _shown = new Map<number, string>();
}
