import { Busy, Refusal, useTrans, Visible, isAbort } from '@onedata/core';
import React from 'react';
import { readLog } from './api';
import { Run } from './contract';
import { append, LogText, NO_LOG, plain } from './log';

const POLL_MILLISECONDS = 1000;

/** The log of a run's newest attempt, as it is written; it stays at its end unless one scrolls up. */
export function LogView(props: { run: Run }): React.JSX.Element {
  const { workspace, id, attempt } = props.run;
  const trans = useTrans();
  const { log, error } = useLog(workspace, id, attempt);
  const text = React.useMemo(() => plain(log?.text ?? ''), [log?.text]);
  const box = React.useRef<HTMLPreElement>(null);
  const atEnd = React.useRef(true);
  React.useLayoutEffect(() => {
    if (box.current && atEnd.current) {
      box.current.scrollTop = box.current.scrollHeight;
    }
  }, [text]);
  if (!log) {
    return error ? <Refusal error={error} /> : <Busy />;
  }
  return (
    <>
      {error ? <Refusal error={error} /> : null}
      {log.cut && (
        <p className="od-muted">{trans.__('The beginning is left out. Save the log to see all of it.')}</p>
      )}
      {text ? (
        <pre
          className="od-JobLog"
          ref={box}
          role="log"
          aria-label={trans.__('Log')}
          tabIndex={0}
          onScroll={event => {
            const { scrollHeight, scrollTop, clientHeight } = event.currentTarget;
            atEnd.current = scrollHeight - scrollTop - clientHeight < 30;
          }}
        >
          {text}
        </pre>
      ) : (
        <p className="od-muted">
          {log.complete ? trans.__('The log is empty.') : trans.__('Nothing is in the log yet.')}
        </p>
      )}
    </>
  );
}

/** Follow a log from where it was left; a new attempt starts a new log. */
function useLog(workspace: string, id: string, attempt: number): { log: LogText | null; error: unknown } {
  const visible = React.useContext(Visible);
  const [log, setLog] = React.useState<LogText | null>(null);
  const [error, setError] = React.useState<unknown>(null);
  const kept = React.useRef({ key: '', log: NO_LOG });
  React.useEffect(() => {
    const key = `${workspace}/${id}/${attempt}`;
    if (kept.current.key !== key) {
      kept.current = { key, log: NO_LOG };
    }
    if (!visible || kept.current.log.complete) {
      return;
    }
    const controller = new AbortController();
    let timer = 0;
    const ask = async (): Promise<void> => {
      let wait = POLL_MILLISECONDS;
      try {
        const part = await readLog(workspace, id, kept.current.log.next, controller.signal);
        kept.current.log = append(kept.current.log, part);
        setLog(kept.current.log);
        setError(null);
        wait = part.text ? 200 : wait;
      } catch (refused) {
        if (isAbort(refused)) {
          return;
        }
        setError(refused);
        wait *= 5;
      }
      if (!kept.current.log.complete && !controller.signal.aborted) {
        timer = window.setTimeout(() => void ask(), wait);
      }
    };
    void ask();
    return () => {
      controller.abort();
      window.clearTimeout(timer);
    };
  }, [workspace, id, attempt, visible]);
  return { log, error };
}
