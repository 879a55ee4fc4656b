import { Notification } from '@jupyterlab/apputils';
import { TranslationBundle } from '@jupyterlab/translation';
import { sentence } from '@onedata/core';
import { Deadline } from './deadline';
import { minutes } from './status';

const LONGEST_TIMER_SECONDS = 24 * 3600; // more would overflow the browser's timers

/**
 * Warns before an idle server is stopped.
 *
 * A server grows idle while its page is out of sight and has no connection to a kernel, whose signs of life pass the
 * hub's proxy. To ask it would keep it alive, so the moment is reckoned from its last answer. The tab's title says it
 * to those who work elsewhere, and a toast is there for those who come back.
 */
export class IdleWarning {
  constructor(
    private readonly _deadline: Deadline,
    private readonly _trans: TranslationBundle,
    private readonly _isConnected: () => boolean,
    private readonly _isWanted: () => boolean,
    private readonly _keep: () => Promise<void>
  ) {
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) {
        this._restoreTitle();
      }
    });
  }

  /** Look at the deadline anew: warn now, later, or take the warning back. */
  look(): void {
    window.clearTimeout(this._timer);
    let wait = this._deadline.untilWarning(Date.now());
    if (wait !== null && wait <= 0 && this._isConnected()) {
      this._deadline.renew(Date.now());
      wait = this._deadline.untilWarning(Date.now());
    }
    if (wait !== null && wait <= 0) {
      this._warn();
      return;
    }
    this._takeBack();
    if (wait !== null) {
      const seconds = Math.min(wait, LONGEST_TIMER_SECONDS);
      this._timer = window.setTimeout(() => this.look(), seconds * 1000);
    }
  }

  private _warn(): void {
    const left = this._deadline.left(Date.now());
    if (this._shown !== null || left === null || !this._isWanted()) {
      return;
    }
    const words = this._trans.__(
      'This server is idle. It stops in %1 min; kernels lose their state.',
      minutes(left)
    );
    const keep = {
      label: this._trans.__('Keep it'),
      caption: this._trans.__('Tell the hub that the server is in use'),
      displayType: 'accent' as const,
      callback: () => void this._keepIt()
    };
    this._shown = Notification.warning(words, { autoClose: false, actions: [keep] });
    this._timer = window.setTimeout(() => this._takeBack(), left * 1000); // then JupyterLab itself says that it is gone
    if (document.hidden) {
      this._title = document.title;
      document.title = this._trans.__('Stops in %1 min – %2', minutes(left), document.title);
    }
  }

  private async _keepIt(): Promise<void> {
    this._shown = null; // the toast closes itself
    try {
      await this._keep();
    } catch (error) {
      Notification.error(sentence(error), { autoClose: false });
    }
  }

  private _takeBack(): void {
    if (this._shown !== null) {
      Notification.dismiss(this._shown);
      this._shown = null;
    }
    this._restoreTitle();
  }

  private _restoreTitle(): void {
    if (this._title !== null) {
      document.title = this._title;
      this._title = null;
    }
  }

  private _timer = 0;
  private _shown: string | null = null;
  private _title: string | null = null;
}
