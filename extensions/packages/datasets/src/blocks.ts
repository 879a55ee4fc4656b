/** Which blocks of a long table are here: the few last looked at, each asked for once. */

export interface Block {
  rows: unknown[][];
}

export type Fetch = (offset: number, limit: number, signal: AbortSignal) => Promise<{ rows: unknown[][] }>;

const MOST_ASKED = 3;

export class Blocks {
  /**
   * @param fetch Asks for rows.
   * @param size Rows in a block.
   * @param most How many blocks are kept.
   * @param onBlock Called with a block's first row and its length when it has come.
   * @param onError Called when a block did not come; it is asked again when it is next looked at.
   */
  constructor(
    private readonly _fetch: Fetch,
    readonly size: number,
    private readonly _most: number,
    private readonly _onBlock: (offset: number, count: number) => void,
    private readonly _onError: (error: unknown) => void
  ) {}

  /** Give a row, or undefined while its block is on the way. */
  row(index: number): unknown[] | undefined {
    const number = Math.floor(index / this.size);
    const block = this._held.get(number);
    if (block) {
      return block.rows[index - number * this.size];
    }
    this._want(number);
    return undefined;
  }

  dispose(): void {
    this._asked.forEach(controller => controller.abort());
    this._asked.clear();
    this._held.clear();
    this._wanted = [];
    this._disposed = true;
  }

  private _want(number: number): void {
    if (this._asked.has(number) || this._disposed) {
      return;
    }
    // The last ones looked at come first: what was scrolled past may never come.
    this._wanted = [...this._wanted.filter(one => one !== number), number].slice(-MOST_ASKED);
    this._next();
  }

  private _next(): void {
    while (this._asked.size < MOST_ASKED && this._wanted.length > 0) {
      void this._ask(this._wanted.pop()!);
    }
  }

  private async _ask(number: number): Promise<void> {
    const controller = new AbortController();
    this._asked.set(number, controller);
    try {
      const block = await this._fetch(number * this.size, this.size, controller.signal);
      if (!this._disposed) {
        this._keep(number, block);
        this._asked.delete(number);
        this._onBlock(number * this.size, block.rows.length);
      }
    } catch (error) {
      this._asked.delete(number);
      if (!this._disposed) {
        this._onError(error);
      }
      return;
    }
    this._next();
  }

  private _keep(number: number, block: Block): void {
    this._held.set(number, block);
    for (const old of this._held.keys()) {
      if (this._held.size <= this._most) {
        break;
      }
      this._held.delete(old);
    }
  }

  private readonly _held = new Map<number, Block>();
  private readonly _asked = new Map<number, AbortController>();
  private _wanted: number[] = [];
  private _disposed = false;
}
