import { describe, expect, it } from 'vitest';
import { ParameterSpec } from './contract';
import { baseOf, draftOf, missing, valueOf, valuesForJob, valuesForRun } from './values';

function spec(fields: Partial<ParameterSpec>): ParameterSpec {
  return {
    name: 'x',
    type: 'any',
    optional: false,
    required: false,
    default: null,
    choices: null,
    help: '',
    ...fields
  };
}

const typed = (text: string): { text: string; none: boolean } => ({ text, none: false });
const TOP = spec({ name: 'top', type: 'int', default: 10 });
const NOTE = spec({ name: 'note', type: 'str', optional: true });
const DAY = spec({ name: 'day', type: 'date', required: true });

describe('a field', () => {
  it('gives back the value it shows', () => {
    const values: [ParameterSpec['type'], unknown][] = [
      ['int', 7],
      ['float', 0.5],
      ['bool', true],
      ['str', 'a "b"'],
      ['list', [1, 'two']],
      ['dict', { a: null }],
      ['any', '7'],
      ['any', 'plain'],
      ['date', '2026-01-31']
    ];
    for (const [type, value] of values) {
      const one = spec({ type, default: value });
      expect(valueOf(one, draftOf(one, value))).toEqual(value);
    }
  });

  it('sends what does not read as its type, so that the service says what is wrong', () => {
    expect(valueOf(TOP, typed('ten'))).toBe('ten');
    expect(valueOf(TOP, typed('1.5'))).toBe('1.5');
    expect(valueOf(spec({ type: 'list' }), typed('[1,'))).toBe('[1,');
  });

  it('never rounds a whole number that JavaScript cannot hold', () => {
    expect(valueOf(TOP, typed('9007199254740993'))).toBe('9007199254740993');
  });

  it('left empty leaves the parameter to the notebook', () => {
    expect(valueOf(TOP, typed(' '))).toBeUndefined();
    expect(valueOf(spec({ type: 'str', required: true }), typed(''))).toBeUndefined();
  });

  it('takes an empty text where the default is a text', () => {
    expect(valueOf(spec({ type: 'str', default: 'a' }), typed(''))).toBe('');
  });

  it('tells None from a default that only running would tell', () => {
    expect(draftOf(NOTE, baseOf(NOTE, {}))).toEqual({ text: '', none: true });
    const computed = spec({ type: 'date' });
    expect(draftOf(computed, baseOf(computed, {}))).toEqual({ text: '', none: false });
  });
});

describe('what is sent', () => {
  const specs = [TOP, NOTE, DAY];

  it('is nothing where nobody typed anything', () => {
    expect(valuesForRun(specs, {}, {})).toEqual({});
    expect(valuesForJob(specs, {}, {})).toEqual({});
  });

  it('to a run is what differs from the job', () => {
    expect(valuesForRun(specs, { top: typed('10') }, { top: 5 })).toEqual({ top: 10 });
    expect(valuesForRun(specs, { top: typed('5') }, { top: 5 })).toEqual({});
  });

  it('to a job keeps its own, and leaves the defaults to the notebook', () => {
    expect(valuesForJob(specs, {}, { top: 5 })).toEqual({ top: 5 });
    expect(valuesForJob(specs, { top: typed('10') }, { top: 5 })).toEqual({});
    expect(valuesForJob(specs, { note: { text: '', none: true } }, { note: 'a' })).toEqual({});
  });

  it('drops what the notebook no longer takes', () => {
    expect(valuesForJob([TOP], {}, { gone: 1, top: 3 })).toEqual({ top: 3 });
  });

  it('lacks what must be given', () => {
    expect(missing(specs, {}, {})).toEqual(['day']);
    expect(missing(specs, {}, { day: '2026-01-01' })).toEqual([]);
    expect(missing(specs, { day: typed('2026-01-02') }, {})).toEqual([]);
  });
});
