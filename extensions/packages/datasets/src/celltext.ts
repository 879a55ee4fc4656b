/** A cell as text: a fraction to as many digits as its column shows, as a number that is cut says something else. */
export function cellText(value: unknown): string {
  if (value === undefined || value === null) {
    return value === null ? 'null' : '…';
  }
  return typeof value === 'number' && !Number.isInteger(value)
    ? String(Number(value.toPrecision(10)))
    : typeof value === 'string'
      ? value
      : JSON.stringify(value);
}
