import { formatOf } from '@onedata/core';

const STYLE = {
  weekday: 'short',
  year: 'numeric',
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit'
} as const;

/** A time that a schedule comes to, on the reader's clock, to the minute: cron knows no seconds. */
export function dueTime(at: string): string {
  return formatOf('due', locale => new Intl.DateTimeFormat(locale, STYLE)).format(new Date(at));
}
