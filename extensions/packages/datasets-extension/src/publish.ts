import { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import { ITranslator } from '@jupyterlab/translation';
import { call, datasetsIcon, IWorkspaces, mayWriteSomewhere } from '@onedata/core';
import { CommandIDs } from './commands';
import type { Publication, Watcher } from './publishing';

/**
 * Publishes a file or folder of the file browser as a dataset; how is in `publishing.ts`.
 *
 * The server does it, so a reload loses nothing.
 */
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
    const load = () => import('./publishing');
    let made: Watcher | null = null;
    const watcher = async (): Promise<Watcher> => (made ??= new (await load()).Watcher(app, trans));
    app.commands.addCommand(CommandIDs.publish, {
      label: trans.__('Publish as Dataset…'),
      caption: trans.__('Make the file or folder the next version of a dataset'),
      icon: datasetsIcon,
      describedBy: async () => ({ args: (await load()).ARGUMENTS }),
      isVisible: () => mayWriteSomewhere(workspaces),
      execute: async args => {
        const path = args.path ?? browsers?.tracker.currentWidget?.selectedItems().next().value?.path;
        if (path) {
          await (await load()).publishFile({ ...args, path }, workspaces, await watcher(), trans);
        }
      }
    });
    // What was under way before the page was loaded goes on, and is shown again.
    void app.restored.then(async () => {
      const { items } = await call<{ items: Publication[] }>('local', 'publications').catch(() => ({
        items: []
      }));
      for (const one of items.filter(one => one.state === 'waiting' || one.state === 'running')) {
        (await watcher()).watch(one);
      }
    });
  }
};
