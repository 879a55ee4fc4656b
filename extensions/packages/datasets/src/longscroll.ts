/** Browsers cut what is higher: Firefox at 17.9 million pixels, Chromium and Safari at 33.5. */
export const TALLEST = 12_000_000;
/** A scroll further than so many screens is a drag of the bar, not a turn of the wheel. */
const FAR_SCREENS = 10;

/**
 * The scrolling of what may be higher than a browser can make an element.
 *
 * The element is at most `TALLEST` high. A small step moves what is in sight by just that step, however much longer the
 * whole is; a drag of the bar moves it to that share of the whole. When the scrolling rests, the bar is put where the
 * rows in sight lie in the whole. All lengths are pixels.
 */
export class LongScroll {
  /**
   * @param total How high the whole is.
   * @param tallest How high an element may be.
   */
  constructor(
    readonly total: number,
    readonly tallest = TALLEST
  ) {}

  /** How high the element is that is scrolled. */
  get height(): number {
    return Math.min(this.total, this.tallest);
  }

  /** Where in the whole the sight begins. */
  get top(): number {
    return this._top;
  }

  /** How much lower in the element something is drawn than it lies in the whole: 0 or less. */
  get shift(): number {
    return this._bar - this._top;
  }

  /**
   * Take where the element has been scrolled to.
   *
   * @returns Whether the bar has come to an end that the rows have not, or the rows to one: then it is time to settle.
   */
  follow(bar: number, screen: number): boolean {
    const step = bar - this._bar;
    const isFar = Math.abs(step) > FAR_SCREENS * screen;
    this._bar = bar;
    this._top = isFar ? Math.round(bar * this._ratio(screen)) : this._within(this._top + step, screen);
    const isEnd = (place: number, most: number): boolean => place <= 0 || place >= most;
    return isEnd(bar, this.height - screen) !== isEnd(this._top, this.total - screen);
  }

  /** Put the bar where the rows in sight lie in the whole; gives where the element is to be scrolled to. */
  settle(screen: number): number {
    this._bar = Math.round(this._top / this._ratio(screen)); // text between two pixels is blurred
    return this._bar;
  }

  /** Bring a stretch of the whole into sight, by as little as may be; gives where the element is to be scrolled to. */
  show(from: number, to: number, screen: number): number {
    if (from < this._top) {
      this._top = from;
    } else if (to > this._top + screen) {
      this._top = this._within(to - screen, screen);
    } else {
      return this._bar;
    }
    return this.settle(screen);
  }

  private _ratio(screen: number): number {
    return this.height > screen ? (this.total - screen) / (this.height - screen) : 1;
  }

  private _within(top: number, screen: number): number {
    return Math.max(0, Math.min(top, this.total - screen));
  }

  private _top = 0;
  private _bar = 0;
}
