import { NotebookActions, NotebookPanel } from '@jupyterlab/notebook';

/** Put code into the active cell where that is empty, and into a new one below it otherwise. */
export function insertCode(panel: NotebookPanel, code: string): void {
  const { content } = panel;
  const active = content.activeCell;
  if (!active || active.model.type !== 'code' || active.model.sharedModel.getSource().trim()) {
    NotebookActions.insertBelow(content);
  }
  content.activeCell!.model.sharedModel.setSource(code.trimEnd());
  void content.scrollToItem(content.activeCellIndex);
}
