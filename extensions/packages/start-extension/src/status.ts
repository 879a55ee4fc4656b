import { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import { number } from '@onedata/core';
import { Deadline, endsSoon, fullness, ServerState } from './deadline';
import { mebi } from './mebi';

const FULL = 0.95;
const NEARLY_FULL = 0.8;

/** The server in the status bar: profile, memory, and the time left where an idle server is soon stopped. */
export class ServerStatus extends Widget {
  constructor(private readonly _trans: TranslationBundle) {
    super();
    this.addClass('od-ServerStatus');
    this.node.setAttribute('role', 'group');
    this._meter.className = 'od-Meter';
    this._meter.setAttribute('role', 'meter');
    this._meter.setAttribute('aria-label', _trans.__('Memory'));
    this._meter.setAttribute('aria-valuemin', '0');
    this._meter.append(this._filled);
    this.node.append(this._profile, this._meter, this._memory, this._left);
    this.hide();
  }

  /** Show what the server has said; `null` where it does not answer. */
  say(state: ServerState | null, deadline: Deadline): void {
    this.setHidden(state === null);
    if (state) {
      this._profile.textContent = state.profile ?? '';
      this._showMemory(state.memory);
      const left = deadline.isNear(Date.now()) ? deadline.left(Date.now()) : null;
      const end = endsSoon(state);
      this._left.textContent =
        end !== null
          ? this._trans.__('ends in %1 min', minutes(end))
          : left !== null
            ? this._trans.__('stops in %1 min', minutes(left))
            : '';
      this.node.title = wordsOf(state, left, this._trans).join('\n');
      this.node.setAttribute('aria-label', this.node.title);
    }
  }

  private _showMemory(memory: ServerState['memory']): void {
    const share = fullness(memory);
    this._meter.hidden = share === null;
    this._memory.textContent = amount(memory);
    if (share !== null) {
      this._filled.style.width = `${Math.round(share * 100)}%`;
      this._meter.dataset.level = share >= FULL ? 'full' : share >= NEARLY_FULL ? 'nearly-full' : 'fine';
      this._meter.setAttribute('aria-valuemax', String(memory.limit_bytes));
      this._meter.setAttribute('aria-valuenow', String(memory.used_bytes));
      this._meter.setAttribute('aria-valuetext', amount(memory));
    }
  }

  private readonly _profile = document.createElement('span');
  private readonly _meter = document.createElement('span');
  private readonly _filled = document.createElement('span');
  private readonly _memory = document.createElement('span');
  private readonly _left = document.createElement('strong');
}

function amount(memory: ServerState['memory']): string {
  const used = mebi(memory.used_bytes);
  return memory.limit_bytes ? `${used} / ${mebi(memory.limit_bytes)}` : used;
}

export function minutes(seconds: number): number {
  return Math.max(1, Math.ceil(seconds / 60));
}

/** The same in words, for those who point at it or have it read to them. */
function wordsOf(state: ServerState, left: number | null, trans: TranslationBundle): string[] {
  const { memory, idle_timeout_seconds: timeout } = state;
  return [
    ...(state.profile ? [trans.__('Server profile: %1', state.profile)] : []),
    ...memoryWords(memory, trans),
    ...(left !== null ? [trans.__('It is idle and stops in %1 min unless it is used', minutes(left))] : []),
    ...endWords(state, trans),
    timeout
      ? trans.__('A server that nobody uses is stopped after %1 min', minutes(timeout))
      : trans.__('It is not stopped when it is idle')
  ];
}

function endWords(state: ServerState, trans: TranslationBundle): string[] {
  const { ends_in_seconds: left, longest_seconds: longest } = state;
  return left !== null && longest
    ? [trans.__('It may run for %1 h and ends in %2 min', hours(longest), minutes(left))]
    : [];
}

/** Seconds as hours for people: "12", "0.5". */
export function hours(seconds: number): string {
  return number(seconds / 3600, { maximumFractionDigits: 2 });
}

function memoryWords(memory: ServerState['memory'], trans: TranslationBundle): string[] {
  const [used, total] = [mebi(memory.used_bytes), mebi(memory.total_bytes)];
  if (memory.limit_bytes === null) {
    return [trans.__('Memory: %1 in use, without a limit', total)];
  }
  const limit = mebi(memory.limit_bytes);
  return memory.per_process
    ? [
        // The system counts what a process has asked for, used or not.
        trans.__('Memory: the largest process has reserved %1 of the %2 that each may have', used, limit),
        trans.__('In use by the server and its kernels: %1', total)
      ]
    : [trans.__('Memory: the server and its kernels use %1 of %2', used, limit)];
}
