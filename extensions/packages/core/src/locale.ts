/** Numbers in the reader's own language. */

let locale: string | undefined;
const formats = new Map<string, unknown>();

/** Say in which language numbers and times are written; undefined is the browser's. */
export function setLocale(code: string | undefined): void {
  locale = code?.replace('_', '-');
  formats.clear();
}

/** Give a format, made once for a language: making one takes a hundred times as long as using it. */
export function formatOf<T>(key: string, make: (locale: string | undefined) => T): T {
  if (!formats.has(key)) {
    formats.set(key, make(locale));
  }
  return formats.get(key) as T;
}

export function number(value: number, options: Intl.NumberFormatOptions = {}): string {
  const key = `number ${JSON.stringify(options)}`;
  return formatOf(key, locale => new Intl.NumberFormat(locale, options)).format(value);
}
