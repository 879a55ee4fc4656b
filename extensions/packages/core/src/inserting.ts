import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { INotebookTracker, NotebookActions, NotebookPanel } from '@jupyterlab/notebook';
import { TranslationBundle } from '@jupyterlab/translation';

/** Give the notebook that was used last; where none is open, say that one is needed. */
export function notebookToInsertInto(
  notebooks: INotebookTracker | null,
  trans: TranslationBundle
): NotebookPanel | null {
  const panel = notebooks?.currentWidget ?? null;
  if (!panel) {
    Notification.warning(trans.__('No notebook is open. Open one, and insert again.'), { autoClose: 5000 });
  }
  return panel;
}

/** Put code into the active cell where that is empty, and into a new one below it otherwise. */
export function insertCode(app: JupyterFrontEnd, panel: NotebookPanel, code: string): void {
  const { content } = panel;
  const active = content.activeCell;
  if (!active || active.model.type !== 'code' || active.model.sharedModel.getSource().trim()) {
    NotebookActions.insertBelow(content);
  }
  content.activeCell!.model.sharedModel.setSource(code.trimEnd());
  void content.scrollToItem(content.activeCellIndex);
  app.shell.activateById(panel.id);
}
