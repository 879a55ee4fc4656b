import { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import { ITranslator } from '@jupyterlab/translation';
import {
  addLazyCommand,
  call,
  CommandIDs,
  datasetsIcon,
  IWorkspaces,
  mayWriteSomewhere
} from '@onedata/core';
import type { Publication } from '@onedata/datasets';
import type { Watcher } from './publishing';

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
    let made: Promise<Watcher> | undefined;
    const watcher = () => (made ??= import('./publishing').then(({ Watcher }) => new Watcher(app, trans)));
    const words = {
      label: trans.__('Publish as Dataset…'),
      caption: trans.__('Make the file or folder the next version of a dataset'),
      icon: datasetsIcon,
      isVisible: () => mayWriteSomewhere(workspaces)
    };
    const load = async () => (await import('./publishing')).publishFile;
    addLazyCommand(app.commands, CommandIDs.publishFile, words, load, browsers, workspaces, watcher, trans);
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
