import { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ILauncher } from '@jupyterlab/launcher';
import { ITranslator } from '@jupyterlab/translation';
import { notebookIcon } from '@jupyterlab/ui-components';
import { addLazyCommand, CommandIDs, templatesIcon } from '@onedata/core';

/** Templates that open as new notebooks, and tutorials: `open.ts` opens them, `cards.ts` puts them into the launcher. */
export const launcher: JupyterFrontEndPlugin<void> = {
  id: '@onedata/lab:launcher',
  description: 'Offers templates and tutorials in the launcher.',
  autoStart: true,
  requires: [ITranslator],
  optional: [ILauncher, ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    translator: ITranslator,
    launcher: ILauncher | null,
    palette: ICommandPalette | null
  ) => {
    const trans = translator.load('onedata');
    // A command's own words in the palette; those of a template or tutorial on its card.
    const words = (label: string, caption: string) => ({
      label: (args: { title?: unknown }) => (args.title as string) || label,
      caption: (args: { note?: unknown }) => (args.note as string) || caption
    });
    addLazyCommand(
      app.commands,
      CommandIDs.openTemplate,
      {
        ...words(trans.__('New Notebook from Template…'), trans.__('Open a copy of a template')),
        icon: templatesIcon
      },
      async () => (await import('./open')).openTemplate,
      app,
      translator
    );
    addLazyCommand(
      app.commands,
      CommandIDs.openTutorial,
      { ...words(trans.__('Open Tutorial…'), trans.__('Open a tutorial’s notebook')), icon: notebookIcon },
      async () => (await import('./open')).openTutorial,
      app,
      translator
    );
    palette?.addItem({ command: CommandIDs.openTemplate, category: 'One Data' });
    palette?.addItem({ command: CommandIDs.openTutorial, category: 'One Data' });
    if (launcher) {
      void app.restored.then(async () => {
        const { addCards } = await import(/* webpackChunkName: "start" */ './cards');
        await addCards(launcher, translator);
      });
    }
  }
};
