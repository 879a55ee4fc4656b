import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import type { IStatusBar } from '@jupyterlab/statusbar';
import { TranslationBundle } from '@jupyterlab/translation';
import { call } from '@onedata/core';
import css from '../style/status.raw.css';
import { Deadline, ServerState } from './deadline';
import { EndWarning } from './ending';
import { everyWhileVisible } from './every';
import type { IdleWarning } from './idle';
import { readWishes } from './settings';
import { ServerStatus } from './status';
import { addStyle } from './style';

const POLL_SECONDS = 30;

/** Ask for the server's state every so often; show it, and warn when its end is near. */
export function watchServer(
  app: JupyterFrontEnd,
  trans: TranslationBundle,
  bar: IStatusBar | null,
  registry: ISettingRegistry | null
): void {
  addStyle(css);
  const wishes = readWishes(registry);
  const deadline = new Deadline();
  const status = new ServerStatus(trans);
  bar?.registerStatusItem('onedata-server', { item: status, align: 'left', rank: 3, priority: 1 });
  const ending = new EndWarning(trans);
  let warning: IdleWarning | null = null;
  const show = (state: ServerState | null): void => {
    if (state) {
      deadline.learn(state, Date.now());
      warning?.look();
      ending.look(state);
    }
    status.say(state, deadline);
  };
  // A page on the screen keeps its server in use: there is nothing to warn of before it goes out of sight.
  const warn = async (): Promise<void> => {
    if (document.hidden && !warning) {
      const { IdleWarning } = await import('./idle');
      warning ??= new IdleWarning(
        deadline,
        trans,
        () => isConnected(app),
        () => wishes().idle,
        async () => show(await call<ServerState>('local', 'server/keep', { method: 'POST' }))
      );
      warning.look();
    }
  };
  document.addEventListener('visibilitychange', () => void warn());
  everyWhileVisible(POLL_SECONDS, async () => {
    show(await call<ServerState>('local', 'server').catch(() => null));
  });
}

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
