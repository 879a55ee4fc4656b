import type { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import type { Contents } from '@jupyterlab/services';

/** Give the file or folder chosen in the file browser; the first, where several are. */
export function selectedItem(browsers: IFileBrowserFactory | null): Contents.IModel | undefined {
  const [item] = browsers?.tracker.currentWidget?.selectedItems() ?? [];
  return item;
}
