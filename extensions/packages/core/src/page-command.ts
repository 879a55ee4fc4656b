import type { ILayoutRestorer, JupyterFrontEnd } from '@jupyterlab/application';
import type { ICommandPalette } from '@jupyterlab/apputils';
import type { ITranslator, TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyJSONObject } from '@lumino/coreutils';
import { addLazyCommand, LazyCommand, Words } from './commands';
import { OpenPage, Pages } from './pages';
import type { IWorkspaces } from './workspaces';

/** What every kind of page stands on; one that needs more is given it too. */
export interface PageServices {
  app: JupyterFrontEnd;
  workspaces: IWorkspaces;
  translator: ITranslator;
  trans: TranslationBundle;
  restorer: ILayoutRestorer | null;
  /** Null where the command is of no use without arguments. */
  palette: ICommandPalette | null;
}

export interface PageCommand<P extends object, S> extends Words {
  /** What the ids of the pages begin with: `onedata-dataset`. */
  kind: string;
  /** What the command does: it opens one of the pages. */
  load: () => Promise<LazyCommand<[Pages<P>, S]>>;
  /** The command's arguments that open a page again. */
  args: (page: OpenPage<P>) => ReadonlyJSONObject;
}

/** Add the command that opens pages of one kind; a reload opens those again that were open. */
export function addPageCommand<P extends object, S extends PageServices>(
  services: S,
  id: string,
  command: PageCommand<P, S>
): void {
  const { app, translator, palette, restorer } = services;
  const { kind, load, args, ...words } = command;
  const pages = new Pages<P>(app, kind, translator);
  addLazyCommand(app.commands, id, words, load, pages, services);
  palette?.addItem({ command: id, category: 'One Data' });
  pages.restore(restorer, id, args);
}
