/**
 * Write a figure of a column of dates or times as a moment; null where it is none.
 *
 * The library reckons means and edges of such columns in seconds since 1970 (UTC), and writes the least and
 * the greatest as text.
 */
export function momentOf(value: unknown, type: string): string | null {
  if (typeof value === 'string') {
    return /^\d{4}-\d\d-\d\d(T|$)/.test(value) ? value.replace('T', ' ') : null;
  }
  if (typeof value !== 'number' || !/^(timestamp|date)/.test(type)) {
    return null;
  }
  const at = new Date(value * 1000);
  if (Number.isNaN(at.getTime())) {
    return null;
  }
  const [day, time] = at.toISOString().split('T');
  return type.startsWith('date') ? day : `${day} ${time.slice(0, 8)}`;
}
