import { ILauncher } from '@jupyterlab/launcher';
import { TranslationBundle } from '@jupyterlab/translation';
import { CommandIDs } from './commands';
import { Start, wordsIn } from './starts';

export const CATEGORY = 'One Data';
const AFTER_NOTEBOOKS = 10; // JupyterLab's own: notebooks 0, consoles 20
const AFTER_TEMPLATES = 1000;

/** A command's words: a card's own, and the command's where it stands in the palette. */
export function wordsOf(label: string, caption: string) {
  return {
    label: (args: { title?: unknown }) => (args.title as string) || label,
    caption: (args: { note?: unknown }) => (args.note as string) || caption
  };
}

/** Put a template or tutorial into the launcher. */
export function addCard(
  launcher: ILauncher,
  start: Start,
  place: number,
  language: string,
  trans: TranslationBundle
): void {
  const isTemplate = start.kind === 'template';
  const title = wordsIn(language, start.title);
  const what = isTemplate ? trans.__('Template: %1', title) : trans.__('Tutorial: %1', title);
  const description = wordsIn(language, start.description);
  launcher.add({
    command: isTemplate ? CommandIDs.openTemplate : CommandIDs.openTutorial,
    args: { path: start.path, title, note: description ? `${what}\n${description}` : what },
    category: CATEGORY,
    categoryRank: AFTER_NOTEBOOKS,
    rank: isTemplate ? place : AFTER_TEMPLATES + place
  });
}
