import { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator } from '@jupyterlab/translation';
import { call } from '@onedata/core';
import { Deadline, ServerState } from './deadline';
import { everyWhileVisible } from './every';
import { IdleWarning } from './idle';
import { readWishes } from './settings';
import { ServerStatus } from './status';

const POLL_SECONDS = 30;

/** Shows the server in the status bar, and warns before an idle one is stopped. */
export const server: JupyterFrontEndPlugin<void> = {
  id: '@onedata/lab:server',
  description: 'Shows profile, memory and the time to an idle stop in the status bar.',
  autoStart: true,
  requires: [ITranslator],
  optional: [IStatusBar, ISettingRegistry],
  activate: (
    app: JupyterFrontEnd,
    translator: ITranslator,
    bar: IStatusBar | null,
    registry: ISettingRegistry | null
  ) => {
    const wishes = readWishes(registry);
    const trans = translator.load('onedata');
    const deadline = new Deadline();
    const status = new ServerStatus(trans);
    bar?.registerStatusItem('onedata-server', { item: status, align: 'left', rank: 3, priority: 1 });
    const show = (state: ServerState | null): void => {
      if (state) {
        deadline.learn(state, Date.now());
        warning.look();
      }
      status.say(state, deadline);
    };
    const warning = new IdleWarning(
      deadline,
      trans,
      () => isConnected(app),
      () => wishes().idle,
      async () => {
        show(await call<ServerState>('local', 'server/keep', { method: 'POST' }));
      }
    );
    void app.restored.then(() =>
      everyWhileVisible(POLL_SECONDS, async () => {
        show(await call<ServerState>('local', 'server').catch(() => null));
      })
    );
  }
};

/** Whether something on the page has a connection to a kernel or terminal. */
function isConnected(app: JupyterFrontEnd): boolean {
  const isOpen = (widget: Partial<Connected>): boolean =>
    widget.sessionContext?.session?.kernel?.connectionStatus === 'connected' ||
    widget.content?.session?.connectionStatus === 'connected';
  return [...app.shell.widgets('main')].some(widget => isOpen(widget as Partial<Connected>));
}

/** Notebooks and consoles have a session's context, terminals a session in their content. */
interface Connected {
  sessionContext: { session: { kernel: { connectionStatus: string } | null } | null };
  content: { session?: { connectionStatus: string } };
}
