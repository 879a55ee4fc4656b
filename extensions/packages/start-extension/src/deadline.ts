/** When an idle server is going to be stopped, reckoned on between two answers of the server. */

export interface ServerState {
  profile: string | null;
  memory: {
    used_bytes: number;
    total_bytes: number;
    processes: number;
    limit_bytes: number | null;
    per_process: boolean;
  };
  idle_timeout_seconds: number | null;
  stops_in_seconds: number | null;
  longest_seconds: number | null;
  ends_in_seconds: number | null;
}

const NEAR_SECONDS = 30 * 60;
const WARNING_SECONDS = 10 * 60;

export class Deadline {
  /** Take what the server has just said. */
  learn(state: ServerState, now: number): void {
    const { stops_in_seconds: left, idle_timeout_seconds: timeout } = state;
    this._at = left === null ? null : now + left * 1000;
    this._timeout = timeout ?? 0;
  }

  /** Begin the time anew: the server is in use now, though it has not said so. */
  renew(now: number): void {
    this._at = this._at === null ? null : now + this._timeout * 1000;
  }

  /** Seconds left; null where nothing is going to stop the server. */
  left(now: number): number | null {
    return this._at === null ? null : Math.max(0, (this._at - now) / 1000);
  }

  /** Whether it is worth saying: under half an hour, and never while more than half of a short time is left. */
  isNear(now: number): boolean {
    const left = this.left(now);
    return left !== null && left < Math.min(NEAR_SECONDS, this._timeout / 2);
  }

  /** Seconds until people are to be warned, ten minutes ahead; of a short time, when a quarter is left. */
  untilWarning(now: number): number | null {
    const left = this.left(now);
    return left === null ? null : left - Math.min(WARNING_SECONDS, this._timeout / 4);
  }

  private _at: number | null = null;
  private _timeout = 0;
}

/** Seconds until a server has run as long as it may, if that is worth saying; null where it is not. */
export function endsSoon(state: ServerState): number | null {
  const { ends_in_seconds: left, longest_seconds: longest } = state;
  return left !== null && left < Math.min(NEAR_SECONDS, (longest ?? 0) / 4) ? left : null;
}

/** How full the memory is, 0 to 1; null where it has no limit. */
export function fullness(memory: ServerState['memory']): number | null {
  return memory.limit_bytes ? Math.min(1, memory.used_bytes / memory.limit_bytes) : null;
}
