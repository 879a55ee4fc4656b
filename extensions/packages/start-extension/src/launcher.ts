import { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, InputDialog } from '@jupyterlab/apputils';
import { ILauncher } from '@jupyterlab/launcher';
import { ITranslator } from '@jupyterlab/translation';
import { notebookIcon } from '@jupyterlab/ui-components';
import { call, templatesIcon } from '@onedata/core';
import { addCard, CATEGORY, wordsOf } from './cards';
import { CommandIDs } from './commands';
import { copyAndOpen } from './open';
import { Start, wordsIn } from './starts';

const ARGUMENTS = {
  type: 'object',
  properties: {
    path: { type: 'string', description: 'The notebook; asked for where it is left out.' },
    cwd: { type: 'string', description: 'The folder the new notebook goes to; the root if left out.' }
  }
};

/** Cards in the launcher: templates that open as new notebooks, and the tutorials. */
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
    const { commands } = app;
    const titleOf = (one: Start): string => wordsIn(translator.languageCode, one.title);
    let known: Promise<Start[]> | null = null;
    const starts = (): Promise<Start[]> => {
      known ??= call<{ items: Start[] }>('local', 'templates').then(
        ({ items }) => items,
        error => {
          known = null;
          throw error;
        }
      );
      return known;
    };

    const wanted = async (kind: Start['kind'], question: string, path: unknown): Promise<string | null> =>
      typeof path === 'string'
        ? path
        : choose(
            (await starts()).filter(one => one.kind === kind),
            question
          );
    const choose = async (among: Start[], question: string): Promise<string | null> => {
      const items = among.map(one => `${titleOf(one)} (${one.path})`);
      const { value } = await InputDialog.getItem({ title: question, items });
      return among[items.indexOf(value ?? '')]?.path ?? null;
    };

    commands.addCommand(CommandIDs.openTemplate, {
      ...wordsOf(trans.__('New Notebook from Template…'), trans.__('Open a copy of a template')),
      icon: templatesIcon,
      describedBy: { args: ARGUMENTS },
      execute: async args => {
        const path = await wanted('template', trans.__('Which template?'), args.path);
        return path === null ? null : copyAndOpen(app, path, (args.cwd as string) ?? '', trans);
      }
    });
    commands.addCommand(CommandIDs.openTutorial, {
      ...wordsOf(trans.__('Open Tutorial…'), trans.__('Open a tutorial’s notebook')),
      icon: notebookIcon,
      describedBy: { args: { ...ARGUMENTS, properties: { path: ARGUMENTS.properties.path } } },
      execute: async args => {
        const path = await wanted('tutorial', trans.__('Which tutorial?'), args.path);
        return path === null ? null : commands.execute('docmanager:open', { path, factory: 'Notebook' });
      }
    });
    palette?.addItem({ command: CommandIDs.openTemplate, category: CATEGORY });
    palette?.addItem({ command: CommandIDs.openTutorial, category: CATEGORY });
    if (launcher) {
      void app.restored.then(starts).then(
        items => items.forEach((one, place) => addCard(launcher, one, place, translator.languageCode, trans)),
        () => undefined // no card; the palette's command says why
      );
    }
  }
};
