/** Which blocks of a long table are here: the few last looked at, each asked for once. */

export interface Block {
  rows: unknown[][];
}

export type Fetch = (offset: number, limit: number, signal: AbortSignal) => Promise<{ rows: unknown[][] }>;

export interface BlocksOptions {
  /** Asks for rows. */
  fetch: Fetch;
  /** Rows in a block. */
  size: number;
  /** How many blocks are kept. */
  most: number;
  /** The least time between two questions. */
  pauseMilliseconds: number;
  /** Called when a block has come. */
  onBlock: () => void;
  /** Called when a block did not come; it is asked for again when it is next looked at. */
  onError: (error: unknown) => void;
}

const MOST_ASKED = 2; // a screen lies in two blocks at the most

/**
 * Asks for what is in sight, and for no more than that: what was scrolled past before its turn came is not asked for.
 *
 * While a table is scrolled fast there is a question every now and then and not for each block that passes: reading
 * rows costs the server more than drawing them costs the browser, and nobody reads them.
 */
export class Blocks {
  constructor(private readonly _options: BlocksOptions) {}

  /** Give a row, or undefined while it is not here. */
  row(index: number): unknown[] | undefined {
    const { size } = this._options;
    const number = Math.floor(index / size);
    return this._held.get(number)?.rows[index - number * size];
  }

  /** Say which rows are in sight; those that are not here are asked for. */
  readonly look = (first: number, end: number): void => {
    const { size } = this._options;
    this._sight = [first, end];
    this._wanted = [];
    for (let number = Math.floor(first / size); number * size < end; number++) {
      if (!this._held.has(number)) {
        this._wanted.push(number);
      }
    }
    this._next();
  };

  /** Ask again for what is in sight and did not come. */
  again(): void {
    this.look(...this._sight);
  }

  dispose(): void {
    clearTimeout(this._timer);
    this._asked.forEach(controller => controller.abort());
    this._asked.clear();
    this._held.clear();
    this._wanted = [];
    this._disposed = true;
  }

  /** Ask for what is wanted now, or when the pause after the last question is over. */
  private _next(): void {
    clearTimeout(this._timer);
    const wanted = this._wanted.filter(one => !this._asked.has(one));
    if (this._disposed || wanted.length === 0 || this._asked.size >= MOST_ASKED) {
      return;
    }
    const wait = this._lastAsked + this._options.pauseMilliseconds - performance.now();
    if (wait > 0) {
      this._timer = setTimeout(() => this._next(), wait);
      return;
    }
    this._lastAsked = performance.now();
    wanted.slice(0, MOST_ASKED - this._asked.size).forEach(one => void this._ask(one));
  }

  private async _ask(number: number): Promise<void> {
    const { size, fetch, onBlock, onError } = this._options;
    const controller = new AbortController();
    this._asked.set(number, controller);
    try {
      const block = await fetch(number * size, size, controller.signal);
      if (!this._disposed) {
        this._keep(number, block);
        onBlock();
      }
    } catch (error) {
      this._wanted = this._wanted.filter(one => one !== number);
      if (!this._disposed) {
        onError(error);
      }
    } finally {
      this._asked.delete(number);
      this._next();
    }
  }

  private _keep(number: number, block: Block): void {
    this._wanted = this._wanted.filter(one => one !== number);
    this._held.set(number, block);
    for (const old of this._held.keys()) {
      if (this._held.size <= this._options.most) {
        break;
      }
      this._held.delete(old);
    }
  }

  private readonly _held = new Map<number, Block>();
  private readonly _asked = new Map<number, AbortController>();
  private _sight: [first: number, end: number] = [0, 0];
  private _wanted: number[] = [];
  private _lastAsked = -Infinity;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _disposed = false;
}
