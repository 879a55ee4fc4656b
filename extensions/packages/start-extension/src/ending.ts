import { Notification } from '@jupyterlab/apputils';
import { TranslationBundle } from '@jupyterlab/translation';
import { endsSoon, ServerState } from './deadline';
import { hours, minutes } from './status';

/** Warns once, on the screen, that the server has soon run as long as it may. To use it does not put that off. */
export class EndWarning {
  constructor(private readonly _trans: TranslationBundle) {}

  /** Look at what the server has just said. */
  look(state: ServerState): void {
    const left = endsSoon(state);
    if (left === null || this._isShown) {
      return;
    }
    this._isShown = true;
    const words = this._trans.__(
      'This server may run for %1 h and ends in %2 min. Save your work; kernels lose their state.',
      hours(state.longest_seconds ?? 0),
      minutes(left)
    );
    Notification.warning(words, { autoClose: false });
  }

  private _isShown = false;
}
