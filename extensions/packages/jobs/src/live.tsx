import { openStream, useTrans, Visible } from '@onedata/core';
import React from 'react';
import { RunSummary } from './contract';
import { Heard, HeardRuns } from './merging';
import { Connect, RunStream, StreamState } from './stream';

const streams = new Map<string, RunStream>();

function streamOf(workspace: string): RunStream {
  if (!streams.has(workspace)) {
    const path = `workspaces/${encodeURIComponent(workspace)}/runs/events`;
    const connect: Connect = (lastId, signal) =>
      openStream('studio/api/v1', path, { headers: lastId ? { 'Last-Event-ID': lastId } : {}, signal });
    streams.set(workspace, new RunStream(connect));
  }
  return streams.get(workspace)!;
}

export interface LiveRuns {
  /** What was heard of runs, by id: the newest of each. */
  heard: HeardRuns;
  state: StreamState;
}

const NOTHING: HeardRuns = new Map<string, Heard>();

/**
 * Hear of a workspace's runs while the view is on the screen.
 *
 * @param onRun - Called for each change.
 * @param onReturn - Called when changes may have been missed.
 */
export function useLiveRuns(
  workspace: string,
  onRun: (run: RunSummary) => void,
  onReturn: () => void
): LiveRuns {
  const isSeen = useSeen();
  const [state, setState] = React.useState<StreamState>('connecting');
  const [heard, setHeard] = React.useState(NOTHING);
  const called = React.useRef({ onRun, onReturn });
  called.current = { onRun, onReturn };
  const wasSeen = React.useRef(false);
  React.useEffect(() => setHeard(NOTHING), [workspace]);
  React.useEffect(() => {
    if (!isSeen) {
      return;
    }
    if (wasSeen.current) {
      called.current.onReturn();
    }
    wasSeen.current = true;
    return streamOf(workspace).listen({
      onState: setState,
      onReturn: () => called.current.onReturn(),
      onRun: run => {
        setHeard(before => new Map(before).set(run.id, { run, at: performance.now() }));
        called.current.onRun(run);
      }
    });
  }, [workspace, isSeen]);
  return { heard, state };
}

/** Note when something is asked for, so that what is heard later can be laid over it. */
export function asked<T>(
  load: (signal: AbortSignal) => Promise<T>
): (signal: AbortSignal) => Promise<T & { askedAt: number }> {
  return async signal => {
    const askedAt = performance.now();
    return { ...(await load(signal)), askedAt };
  };
}

/** Whether somebody may be looking: the widget is on the screen, and the browser's tab is in front. */
function useSeen(): boolean {
  const visible = React.useContext(Visible);
  const [inFront, setInFront] = React.useState(!document.hidden);
  React.useEffect(() => {
    const change = (): void => setInFront(!document.hidden);
    document.addEventListener('visibilitychange', change);
    return () => document.removeEventListener('visibilitychange', change);
  }, []);
  return visible && inFront;
}

/** Says when what is shown may be some seconds old; nothing while all is well. */
export function NotLive(props: { state: StreamState }): React.JSX.Element {
  const trans = useTrans();
  return (
    <div role="status" className="od-NotLive">
      {props.state === 'cut' && trans.__('Not live: trying again')}
    </div>
  );
}
