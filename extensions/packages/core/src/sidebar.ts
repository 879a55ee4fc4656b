import type { ILayoutRestorer, JupyterFrontEnd } from '@jupyterlab/application';
import type { LabIcon } from '@jupyterlab/ui-components';
import type { Widget } from '@lumino/widgets';

/** Put a panel into the left sidebar; a reload opens it again where it was open. */
export function addSidebar(
  app: JupyterFrontEnd,
  restorer: ILayoutRestorer | null,
  panel: Widget,
  place: { id: string; caption: string; icon: LabIcon; rank: number }
): void {
  panel.id = place.id;
  panel.title.icon = place.icon;
  panel.title.caption = place.caption;
  panel.node.setAttribute('role', 'region');
  panel.node.setAttribute('aria-label', place.caption);
  app.shell.add(panel, 'left', { rank: place.rank, type: 'One Data' });
  restorer?.add(panel, panel.id);
}
