import { ISignal } from '@lumino/signaling';
import React from 'react';
import { isAbort } from './request';

/** Whether the widget that a view lives in is on the screen; hidden views ask the services nothing. */
export const Visible = React.createContext(true);

export interface Loaded<T> {
  value: T | undefined;
  error: unknown;
  busy: boolean;
  /** Ask again; what is shown stays until the answer comes. */
  reload: () => void;
}

/**
 * Load something, again whenever `deps` change, and every `everySeconds` while it is on the screen.
 *
 * A new set of `deps` forgets what was shown; a poll or reload keeps it.
 */
export function useLoaded<T>(
  load: (signal: AbortSignal) => Promise<T>,
  deps: React.DependencyList,
  everySeconds = 0
): Loaded<T> {
  const visible = React.useContext(Visible);
  const [state, setState] = React.useState<{ value?: T; error?: unknown; busy: boolean }>({ busy: true });
  const [turn, setTurn] = React.useState(0);
  const shown = React.useRef<React.DependencyList | null>(null);
  React.useEffect(() => {
    if (!visible) {
      return;
    }
    const controller = new AbortController();
    let timer = 0;
    const changed = shown.current === null || deps.some((one, place) => one !== shown.current![place]);
    shown.current = deps;
    setState(before => (changed ? { busy: true } : { ...before, busy: true }));
    const ask = (): void => {
      load(controller.signal)
        .then(
          value => setState({ value, busy: false }),
          error => {
            if (!isAbort(error)) {
              setState(before => ({ value: before.value, error, busy: false }));
            }
          }
        )
        .finally(() => {
          if (everySeconds > 0 && !controller.signal.aborted) {
            timer = window.setTimeout(document.hidden ? wait : ask, everySeconds * 1000);
          }
        });
    };
    const wait = (): void => {
      timer = window.setTimeout(document.hidden ? wait : ask, 500);
    };
    ask();
    return () => {
      controller.abort();
      window.clearTimeout(timer);
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `load` is made anew at each drawing; `deps` says what it depends on
  }, [...deps, turn, visible, everySeconds]);
  const reload = React.useCallback(() => setTurn(before => before + 1), []);
  return { value: state.value, error: state.error, busy: state.busy, reload };
}

/** Give the place of what was drawn last, for effects that use it and do not begin anew when it changes. */
export function useLatest<T>(value: T): { readonly current: T } {
  const latest = React.useRef(value);
  React.useLayoutEffect(() => {
    latest.current = value;
  });
  return latest;
}

/** Draw again whenever a signal is emitted. */
export function useSignal<S, A>(signal: ISignal<S, A>): number {
  const [turn, setTurn] = React.useState(0);
  React.useEffect(() => {
    const slot = (): void => setTurn(before => before + 1);
    signal.connect(slot);
    return () => {
      signal.disconnect(slot);
    };
  }, [signal]);
  return turn;
}

/** Give a value that has stayed the same for some time: what somebody has finished typing. */
export function useSettled<T>(value: T, milliseconds = 250): T {
  const [settled, setSettled] = React.useState(value);
  React.useEffect(() => {
    const timer = window.setTimeout(() => setSettled(value), milliseconds);
    return () => window.clearTimeout(timer);
  }, [value, milliseconds]);
  return settled;
}
