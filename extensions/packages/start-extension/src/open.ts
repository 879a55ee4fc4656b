import type { JupyterFrontEnd } from '@jupyterlab/application';
import { InputDialog, Notification } from '@jupyterlab/apputils';
import type { ITranslator, TranslationBundle } from '@jupyterlab/translation';
import type { Widget } from '@lumino/widgets';
import { CommandIDs, LazyCommand } from '@onedata/core';
import { listStarts } from './listing';
import { Start, wordsIn } from './starts';

const PATH = { type: 'string', description: 'The notebook; asked for where it is left out.' };

/** Open a copy of a template, in the folder given. */
export const openTemplate: LazyCommand<[JupyterFrontEnd, ITranslator]> = {
  args: {
    type: 'object',
    properties: {
      path: PATH,
      cwd: { type: 'string', description: 'The folder the new notebook goes to; the root if left out.' }
    }
  },
  execute: async (args, app, translator) => {
    const trans = translator.load('onedata');
    const template = args.path ?? (await choose('template', trans.__('Which template?'), translator));
    if (typeof template !== 'string') {
      return null;
    }
    // The server takes the template's own name, or adds “-Copy1” where that is taken.
    const { path } = await app.serviceManager.contents.copy(template, (args.cwd as string) ?? '');
    const widget = await openNotebook(app, path);
    if (app.commands.hasCommand(CommandIDs.runAsJob)) {
      offerForm(app, trans, path);
    }
    return widget;
  }
};

/** Open a tutorial itself. */
export const openTutorial: LazyCommand<[JupyterFrontEnd, ITranslator]> = {
  args: { type: 'object', properties: { path: PATH } },
  execute: async (args, app, translator) => {
    const question = translator.load('onedata').__('Which tutorial?');
    const path = args.path ?? (await choose('tutorial', question, translator));
    return typeof path === 'string' ? openNotebook(app, path) : null;
  }
};

function offerForm(app: JupyterFrontEnd, trans: TranslationBundle, path: string): void {
  Notification.info(trans.__('%1: set the values in its first code cell, or in a form.', path), {
    autoClose: 15_000,
    actions: [
      {
        label: trans.__('Fill in a form'),
        caption: trans.__('Give the values in a form and run the notebook as a job'),
        callback: () => void app.commands.execute(CommandIDs.runAsJob, { path })
      }
    ]
  });
}

function openNotebook(app: JupyterFrontEnd, path: string): Promise<Widget> {
  return app.commands.execute('docmanager:open', { path, factory: 'Notebook' });
}

async function choose(
  kind: Start['kind'],
  question: string,
  translator: ITranslator
): Promise<string | undefined> {
  const among = (await listStarts()).filter(one => one.kind === kind);
  const items = among.map(one => `${wordsIn(translator.languageCode, one.title)} (${one.path})`);
  const { value } = await InputDialog.getItem({ title: question, items });
  return among[items.indexOf(value ?? '')]?.path;
}
