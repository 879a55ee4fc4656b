import { JupyterFrontEnd } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import { CommandIDs } from './commands';

/** Copy a template into a folder, under a name that is free there, and open the copy. */
export async function copyAndOpen(
  app: JupyterFrontEnd,
  template: string,
  folder: string,
  trans: TranslationBundle
): Promise<Widget> {
  // The server takes the template's own name, or adds “-Copy1” where that is taken.
  const { path } = await app.serviceManager.contents.copy(template, folder);
  const widget: Widget = await app.commands.execute('docmanager:open', { path, factory: 'Notebook' });
  if (app.commands.hasCommand(CommandIDs.runAsJob)) {
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
  return widget;
}
