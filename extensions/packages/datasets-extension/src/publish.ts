import { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import { ITranslator } from '@jupyterlab/translation';
import { call, datasetsIcon, IWorkspaces } from '@onedata/core';
import { CommandIDs } from './commands';
import type { Publication, Watcher } from './publishing';

const ARGUMENTS = {
  type: 'object',
  properties: {
    path: {
      type: 'string',
      description: 'The file or folder; the one chosen in the file browser if left out.'
    },
    name: { type: 'string', description: 'The name of the dataset; asked for if left out.' },
    workspace: { type: 'string', description: 'The workspace; asked for if left out.' }
  }
};

/** Publishes a file or folder of the file browser as a dataset; the server does it, so a reload loses nothing. */
export const publish: JupyterFrontEndPlugin<void> = {
  id: '@onedata/lab:publish',
  description: 'Publishes a file or folder of the file browser as a dataset.',
  autoStart: true,
  requires: [IWorkspaces, ITranslator],
  optional: [IFileBrowserFactory],
  activate: (
    app: JupyterFrontEnd,
    workspaces: IWorkspaces,
    translator: ITranslator,
    browsers: IFileBrowserFactory | null
  ) => {
    const trans = translator.load('onedata');
    let watcher: Watcher | null = null;
    const load = async (): Promise<typeof import('./publishing')> => {
      const loaded = await import('./publishing');
      watcher ??= new loaded.Watcher(app, trans);
      return loaded;
    };
    app.commands.addCommand(CommandIDs.publish, {
      label: trans.__('Publish as Dataset…'),
      caption: trans.__('Make the file or folder the next version of a dataset'),
      icon: datasetsIcon,
      describedBy: { args: ARGUMENTS },
      isVisible: () => workspaces.me === null || workspaces.me.workspaces.some(one => one.role !== 'viewer'),
      execute: async args => {
        const { path, name, workspace } = args as Record<string, string | undefined>;
        const place = path ?? browsers?.tracker.currentWidget?.selectedItems().next().value?.path;
        if (place) {
          const { publishFile } = await load();
          await publishFile(
            place,
            name && workspace ? { name, workspace } : null,
            workspaces,
            watcher!,
            trans
          );
        }
      }
    });
    // What was under way before the page was loaded goes on, and is shown again.
    void app.restored.then(async () => {
      const { items } = await call<{ items: Publication[] }>('local', 'publications').catch(() => ({
        items: []
      }));
      for (const one of items.filter(one => one.state === 'waiting' || one.state === 'running')) {
        await load();
        watcher!.watch(one);
      }
    });
  }
};
