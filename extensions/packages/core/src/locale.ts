/** Numbers and units in the reader's own language. */

import { nullTranslator, TranslationBundle } from '@jupyterlab/translation';

/** What names units: a translator, or as much of one. */
export type UnitWords = Pick<TranslationBundle, '_p'>;

let locale: string | undefined;
let units: UnitWords = nullTranslator.load('onedata');
const formats = new Map<string, unknown>();

/**
 * Say in which language numbers and times are written.
 *
 * @param code - The language; undefined is the browser's.
 * @param trans - Has the names of units; they are English without it.
 */
export function setLocale(code: string | undefined, trans?: UnitWords): void {
  locale = code?.replace('_', '-');
  units = trans ?? nullTranslator.load('onedata');
  formats.clear();
}

/** Give the language that was set, as `zh-CN`; undefined is the browser's. */
export function language(): string | undefined {
  return locale;
}

/** Give the translator for what is written outside of a view. */
export function unitWords(): UnitWords {
  return units;
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
