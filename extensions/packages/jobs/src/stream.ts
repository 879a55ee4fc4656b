/** The runs of a workspace as they change: one stream of server-sent events for all views of this page. */

import { RunSummary } from './contract';
import { EventReader } from './events';

/** `cut` is a stream that is being tried again. */
export type StreamState = 'connecting' | 'live' | 'cut';

/** Open the stream; what came after the event of `lastId` is told again. */
export type Connect = (lastId: string, signal: AbortSignal) => Promise<ReadableStream<Uint8Array>>;

export interface RunListener {
  onRun(run: RunSummary): void;
  onState(state: StreamState): void;
  /** Called when the stream is there again after a break: changes may have been missed. */
  onReturn(): void;
}

/** How long to wait, in milliseconds. */
export interface Patience {
  /** Before the stream is tried again. */
  retry: number;
  /** For the next bytes; the studio says something every 15 seconds. */
  silence: number;
}

export class RunStream {
  constructor(
    private readonly _connect: Connect,
    private readonly _patience: Patience = { retry: 5_000, silence: 40_000 }
  ) {}

  get state(): StreamState {
    return this._state;
  }

  /** Listen until the function given back is called; the stream is open while somebody listens. */
  listen(listener: RunListener): () => void {
    this._listeners.add(listener);
    listener.onState(this._state);
    if (this._listeners.size === 1) {
      this._controller = new AbortController();
      void this._follow(this._controller.signal);
    }
    return () => {
      this._listeners.delete(listener);
      if (this._listeners.size === 0) {
        this._controller.abort();
        this._state = 'connecting';
      }
    };
  }

  private async _follow(left: AbortSignal): Promise<void> {
    let hasBroken = false;
    const live = (): void => {
      this._setState('live');
      if (hasBroken) {
        this._listeners.forEach(one => one.onReturn());
      }
    };
    while (!left.aborted) {
      await this._read(left, live).catch(() => undefined); // why it broke makes no difference: it is tried again
      if (!left.aborted) {
        hasBroken = true;
        this._setState('cut');
        await pause(this._patience.retry, left);
      }
    }
  }

  /** Read one connection to its end. */
  private async _read(left: AbortSignal, live: () => void): Promise<void> {
    const silent = new AbortController();
    const signal = AbortSignal.any([left, silent.signal]);
    let timer = setTimeout(() => silent.abort(), this._patience.silence);
    try {
      const reader = (await this._connect(this._lastId, signal)).getReader();
      signal.addEventListener('abort', () => void reader.cancel().catch(() => undefined));
      const events = new EventReader();
      const decoder = new TextDecoder();
      for (let first = true; ; first = false) {
        const { done, value } = await reader.read();
        if (done || signal.aborted) {
          return;
        }
        clearTimeout(timer);
        timer = setTimeout(() => silent.abort(), this._patience.silence);
        if (first) {
          live();
        }
        for (const event of events.push(decoder.decode(value, { stream: true }))) {
          this._lastId = event.id;
          const run = JSON.parse(event.data) as RunSummary;
          this._listeners.forEach(one => one.onRun(run));
        }
      }
    } finally {
      clearTimeout(timer);
    }
  }

  private _setState(state: StreamState): void {
    this._state = state;
    this._listeners.forEach(one => one.onState(state));
  }

  private _listeners = new Set<RunListener>();
  private _controller = new AbortController();
  private _state: StreamState = 'connecting';
  private _lastId = '';
}

function pause(milliseconds: number, until: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const timer = setTimeout(resolve, milliseconds);
    until.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
