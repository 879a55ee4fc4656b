/** Numbers, sizes and times as people read them, in their own language. */

import { formatOf, number, unitWords } from './locale';

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** 1234567 → "1.2 MB". Powers of ten, as disks and clouds count. */
export function bytes(count: number): string {
  let unit = 0;
  let size = count;
  while (size >= 999.5 && unit < UNITS.length - 1) {
    size /= 1000;
    unit += 1;
  }
  const digits = unit > 0 && size < 99.5 ? 1 : 0;
  return `${number(size, { maximumFractionDigits: digits })} ${UNITS[unit]}`;
}

/** 336776 → "336,776", and 2013 stays, for it may be a year; a measure → six significant digits, and exponents where zeros would hide it. */
export function figure(value: unknown): string {
  if (typeof value !== 'number') {
    return value === null || value === undefined
      ? '–'
      : typeof value === 'string'
        ? value
        : JSON.stringify(value);
  }
  if (!Number.isFinite(value)) {
    return String(value);
  }
  if (Number.isInteger(value) && Math.abs(value) < 1e15) {
    return number(value, { useGrouping: Math.abs(value) >= 10_000 });
  }
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e15)) {
    return value.toExponential(3);
  }
  return number(value, { maximumSignificantDigits: 6, useGrouping: size >= 10_000 });
}

const DURATIONS: [number, (count: string) => string][] = [
  [86_400, count => unitWords()._p('duration', '%1 d', count)],
  [3_600, count => unitWords()._p('duration', '%1 h', count)],
  [60, count => unitWords()._p('duration', '%1 min', count)],
  [1, count => unitWords()._p('duration', '%1 s', count)]
];

/** Seconds → "850 ms", "12.3 s", "4 min 5 s", "3 h 20 min", "2 d 4 h". */
export function duration(seconds: number): string {
  if (seconds < 1) {
    return unitWords()._p('duration', '%1 ms', number(Math.round(seconds * 1000)));
  }
  if (seconds < 59.95) {
    return unitWords()._p('duration', '%1 s', number(seconds, { maximumFractionDigits: 1 }));
  }
  const whole = Math.round(seconds);
  const place = DURATIONS.findIndex(([size]) => whole >= size);
  const [[size, words], [smallSize, smallWords]] = DURATIONS.slice(place);
  const rest = Math.floor((whole % size) / smallSize);
  const parts = [words(number(Math.floor(whole / size))), ...(rest ? [smallWords(number(rest))] : [])];
  return parts.join(' ');
}

const STEPS: [number, Intl.RelativeTimeFormatUnit, number][] = [
  [60, 'second', 1],
  [3_600, 'minute', 60],
  [86_400, 'hour', 3_600],
  [7 * 86_400, 'day', 86_400],
  [31 * 86_400, 'week', 7 * 86_400],
  [366 * 86_400, 'month', 30.44 * 86_400],
  [Infinity, 'year', 365.25 * 86_400]
];

/** "3 minutes ago", "in 2 hours". */
export function ago(moment: string | Date, now: Date = new Date()): string {
  const seconds = (new Date(moment).getTime() - now.getTime()) / 1000;
  const [, unit, size] = STEPS.find(([most]) => Math.abs(seconds) < most)!;
  const format = formatOf('ago', locale => new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }));
  return format.format(Math.round(seconds / size), unit);
}

/** The moment in full, in the reader's own time zone. */
export function moment(value: string | Date): string {
  const style = { dateStyle: 'medium', timeStyle: 'medium' } as const;
  return formatOf('moment', locale => new Intl.DateTimeFormat(locale, style)).format(new Date(value));
}

/** 0.0312 → "3.1 %". */
export function share(part: number, whole: number): string {
  return whole ? number(part / whole, { style: 'percent', maximumFractionDigits: 1 }) : '–';
}
