import { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ILauncher } from '@jupyterlab/launcher';
import { ITranslator } from '@jupyterlab/translation';
import { notebookIcon } from '@jupyterlab/ui-components';
import { templatesIcon } from '@onedata/core';
import { CommandIDs } from './commands';

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
    const load = () => import('./open');
    const trans = translator.load('onedata');
    // A command's own words in the palette; those of a template or tutorial on its card.
    const words = (label: string, caption: string) => ({
      label: (args: { title?: unknown }) => (args.title as string) || label,
      caption: (args: { note?: unknown }) => (args.note as string) || caption
    });
    app.commands.addCommand(CommandIDs.openTemplate, {
      ...words(trans.__('New Notebook from Template…'), trans.__('Open a copy of a template')),
      icon: templatesIcon,
      describedBy: async () => ({ args: (await load()).TEMPLATE_ARGUMENTS }),
      execute: async args => (await load()).openTemplate(args, app, translator)
    });
    app.commands.addCommand(CommandIDs.openTutorial, {
      ...words(trans.__('Open Tutorial…'), trans.__('Open a tutorial’s notebook')),
      icon: notebookIcon,
      describedBy: async () => ({ args: (await load()).TUTORIAL_ARGUMENTS }),
      execute: async args => (await load()).openTutorial(args, app, translator)
    });
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
