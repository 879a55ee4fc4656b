/** Server-sent events, read from their text. Source: HTML Living Standard, "Interpreting an event stream". */

export interface ServerEvent {
  id: string;
  type: string;
  data: string;
}

/** Takes a stream's text as it comes, and gives the events that are complete. */
export class EventReader {
  push(text: string): ServerEvent[] {
    const found: ServerEvent[] = [];
    const lines = (this._rest + text).split('\n');
    this._rest = lines.pop()!;
    for (const line of lines) {
      if (line === '') {
        if (this._data.length > 0) {
          found.push({ id: this._id, type: this._type, data: this._data.join('\n') });
        }
        this._data = [];
        this._type = 'message';
      } else {
        this._take(line);
      }
    }
    return found;
  }

  private _take(line: string): void {
    const [, field, value] = /^([^:]*):? ?(.*)$/.exec(line)!;
    if (field === 'data') {
      this._data.push(value);
    } else if (field === 'event') {
      this._type = value;
    } else if (field === 'id') {
      this._id = value;
    } // else a comment, whose field is empty, or nothing that we know
  }

  private _rest = '';
  private _data: string[] = [];
  private _type = 'message';
  private _id = '';
}
