import { describe, expect, it, vi } from 'vitest';
import { RunSummary } from './contract';
import { RunListener, RunStream, StreamState } from './stream';

/** The studio's end of a stream, as the test drives it. */
class Served {
  connections: { lastId: string; send: (text: string) => void; break: () => void; signal: AbortSignal }[] =
    [];
  refuses = false;

  connect = async (lastId: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> => {
    let control: ReadableStreamDefaultController<Uint8Array>;
    const body = new ReadableStream<Uint8Array>({ start: given => void (control = given) });
    this.connections.push({
      lastId,
      signal,
      send: text => control.enqueue(new TextEncoder().encode(text)),
      break: () => control.close()
    });
    if (this.refuses) {
      throw new Error('refused');
    }
    this.newest.send(': live\n\n');
    return body;
  };

  get newest() {
    return this.connections[this.connections.length - 1];
  }

  tell(id: string, run: string): void {
    this.newest.send(`id: ${id}\nevent: run\ndata: ${JSON.stringify({ id: run })}\n\n`);
  }
}

class Notes implements RunListener {
  runs: string[] = [];
  states: StreamState[] = [];
  returns = 0;
  onRun = (run: RunSummary): unknown => this.runs.push(run.id);
  onState = (state: StreamState): unknown => this.states.push(state);
  onReturn = (): unknown => (this.returns += 1);
}

function served(silence = 10_000): { stream: RunStream; studio: Served } {
  const studio = new Served();
  return { stream: new RunStream(studio.connect, { retry: 10, silence }), studio };
}

describe('a stream of runs', () => {
  it('is one for all who listen, and closes with the last', async () => {
    const { stream, studio } = served();
    const [one, other] = [new Notes(), new Notes()];
    const leave = [stream.listen(one), stream.listen(other)];
    studio.tell('1-0', 'r1');
    await vi.waitFor(() => expect([one.runs, other.runs]).toEqual([['r1'], ['r1']]));
    leave[0]();
    studio.tell('2-0', 'r2');
    await vi.waitFor(() => expect(other.runs).toEqual(['r1', 'r2']));
    leave[1]();
    expect([one.runs, studio.connections.length, studio.newest.signal.aborted]).toEqual([['r1'], 1, true]);
    expect(stream.state).toBe('connecting');
  });

  it('goes on after the last event where it was cut', async () => {
    const { stream, studio } = served();
    const notes = new Notes();
    const leave = stream.listen(notes);
    studio.tell('7-0', 'r1');
    await vi.waitFor(() => expect(notes.runs).toEqual(['r1']));
    studio.newest.break();
    await vi.waitFor(() => expect(notes.states).toEqual(['connecting', 'live', 'cut', 'live']));
    expect([studio.newest.lastId, notes.returns]).toEqual(['7-0', 1]);
    leave();
  });

  it('is tried again where it is refused', async () => {
    const { stream, studio } = served();
    const notes = new Notes();
    studio.refuses = true;
    const leave = stream.listen(notes);
    await vi.waitFor(() => expect(studio.connections.length).toBeGreaterThan(2));
    studio.refuses = false;
    await vi.waitFor(() => expect(stream.state).toBe('live'));
    leave();
  });

  it('is tried again where nothing is heard of it for too long', async () => {
    const { stream, studio } = served(50);
    const leave = stream.listen(new Notes());
    await vi.waitFor(() => expect(studio.connections.length).toBeGreaterThan(1));
    leave();
  });

  it('is not tried again when nobody listens any more', async () => {
    const { stream, studio } = served();
    const leave = stream.listen(new Notes());
    studio.newest.break();
    leave();
    await new Promise(resolve => setTimeout(resolve, 40));
    expect(studio.connections).toHaveLength(1);
  });
});
