/**
 * Do something now and every so often while the page is on the screen; a page that comes back does it at once.
 *
 * @param seconds - The time between the end of one turn and the start of the next.
 * @param turn - What to do; it deals with its own errors.
 */
export function everyWhileVisible(seconds: number, turn: () => Promise<void>): void {
  let timer = 0;
  let isUnderWay = false;
  const next = async (): Promise<void> => {
    window.clearTimeout(timer);
    if (document.hidden || isUnderWay) {
      return;
    }
    isUnderWay = true;
    try {
      await turn();
    } finally {
      isUnderWay = false;
      timer = window.setTimeout(() => void next(), seconds * 1000);
    }
  };
  document.addEventListener('visibilitychange', () => void next());
  void next();
}
