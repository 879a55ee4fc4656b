/** Where the columns of a grid lie, from left to right. */
export class Sections {
  /** @param sizes The width of each column, in pixels. */
  constructor(readonly sizes: readonly number[]) {
    let start = 0;
    this._starts = sizes.map(size => (start += size) - size);
    this.total = start;
  }

  readonly total: number;

  start(index: number): number {
    return this._starts[index];
  }

  end(index: number): number {
    return this._starts[index] + this.sizes[index];
  }

  /** Give the columns of which something lies between two places: the first, and one past the last. */
  between(from: number, to: number): [first: number, end: number] {
    const first = this._starts.findIndex((_, index) => this.end(index) > from);
    if (first < 0) {
      return [this.sizes.length, this.sizes.length];
    }
    const end = this._starts.findIndex(start => start >= to);
    return [first, end < 0 ? this.sizes.length : end];
  }

  private readonly _starts: readonly number[];
}

/** Make the last column wider where all of them together are narrower than their place. */
export function filling(sizes: readonly number[], width: number): Sections {
  const rest = width - sizes.reduce((sum, one) => sum + one, 0);
  return new Sections(sizes.map((one, index) => (index === sizes.length - 1 && rest > 0 ? one + rest : one)));
}
