import { isLive, Run } from './run';

export interface Question {
  filter: string;
  orderBy: string[];
  most: number;
  token?: string;
}

export interface Answer {
  runs: Run[];
  next: string | null;
}

export type AskRuns = (question: Question, signal: AbortSignal) => Promise<Answer>;

export const PAGE = 200;
const MOST_NAMED = 100;

/** The runs that a filter finds, read a page at a time, and kept as they are now. */
export class RunPages {
  /**
   * @param ask Asks MLflow.
   * @param filter MLflow's own filter; empty is all.
   * @param order MLflow's own order.
   * @param onChange Called when the runs have changed.
   */
  constructor(
    private readonly _ask: AskRuns,
    readonly filter: string,
    readonly order: string[],
    private readonly _onChange: () => void
  ) {}

  get runs(): readonly Run[] {
    return this._runs;
  }

  /** Whether every run that the filter finds is here. */
  get isComplete(): boolean {
    return this._wasRead && this._next === null;
  }

  get hasLive(): boolean {
    return this._runs.some(isLive);
  }

  /** Read the next page; does nothing while one is on its way. */
  async more(signal: AbortSignal): Promise<void> {
    if (this._isBusy || this._next === null) {
      return;
    }
    await this._busily(async () => {
      const answer = await this._ask(this._question(PAGE, this._next!), signal);
      const known = new Set(this._runs.map(one => one.id)); // a new run moves the others on by one
      this._set([...this._runs, ...answer.runs.filter(one => !known.has(one.id))], answer.next);
    });
  }

  /** Read the first page, or look at what has changed since: new runs, and those that were under way. */
  async refresh(signal: AbortSignal): Promise<void> {
    if (this._isBusy) {
      return;
    }
    await this._busily(async () => {
      const head = await this._ask(this._question(PAGE), signal);
      const hasMoved = head.runs.some((one, place) => one.id !== this._runs[place]?.id);
      if (!this._wasRead || this._runs.length <= PAGE) {
        this._set(head.runs, head.next);
      } else if (hasMoved) {
        const all = await this._ask(this._question(this._runs.length + 1), signal);
        this._set(all.runs, all.next);
      } else {
        await this._renew(head.runs, signal);
      }
    });
  }

  private async _renew(head: Run[], signal: AbortSignal): Promise<void> {
    const live = this._runs.slice(head.length).filter(isLive).slice(0, MOST_NAMED);
    const names = live.map(one => `'${one.id}'`).join(', ');
    const filter = `attributes.run_id IN (${names})`;
    const others = live.length
      ? (await this._ask({ filter, orderBy: [], most: MOST_NAMED }, signal)).runs
      : [];
    const now = new Map([...head, ...others].map(one => [one.id, one]));
    this._set(
      this._runs.map(one => now.get(one.id) ?? one),
      this._next
    );
  }

  private async _busily(work: () => Promise<void>): Promise<void> {
    this._isBusy = true;
    try {
      await work();
    } finally {
      this._isBusy = false;
    }
    this._onChange(); // not before: who is told may ask for more
  }

  private _question(most: number, token?: string): Question {
    return { filter: this.filter, orderBy: this.order, most, token };
  }

  private _set(runs: Run[], next: string | null): void {
    this._runs = runs;
    this._next = next;
    this._wasRead = true;
  }

  private _runs: Run[] = [];
  private _next: string | null = null;
  private _wasRead = false;
  private _isBusy = false;
}
