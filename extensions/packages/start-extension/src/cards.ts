import type { ILauncher } from '@jupyterlab/launcher';
import type { ITranslator } from '@jupyterlab/translation';
import { CommandIDs } from '@onedata/core';
import css from '../style/cards.raw.css';
import { listStarts } from './listing';
import { wordsIn } from './starts';
import { addStyle } from './style';

const AFTER_NOTEBOOKS = 10; // JupyterLab's own: notebooks 0, consoles 20
const AFTER_TEMPLATES = 1000;

/** Put the templates and tutorials into the launcher. */
export async function addCards(launcher: ILauncher, translator: ITranslator): Promise<void> {
  addStyle(css);
  const trans = translator.load('onedata');
  const starts = await listStarts().catch(() => []); // no card; the palette's command says why
  starts.forEach((start, place) => {
    const isTemplate = start.kind === 'template';
    const title = wordsIn(translator.languageCode, start.title);
    const what = isTemplate ? trans.__('Template: %1', title) : trans.__('Tutorial: %1', title);
    const description = wordsIn(translator.languageCode, start.description);
    launcher.add({
      command: isTemplate ? CommandIDs.openTemplate : CommandIDs.openTutorial,
      args: { path: start.path, title, note: description ? `${what}\n${description}` : what },
      category: 'One Data',
      categoryRank: AFTER_NOTEBOOKS,
      rank: isTemplate ? place : AFTER_TEMPLATES + place
    });
  });
}
