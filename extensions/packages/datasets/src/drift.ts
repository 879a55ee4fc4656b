import { TranslationBundle } from '@jupyterlab/translation';

/** Say the library's verdict on a column, or its measure, in the reader's language; what is new to us stays. */
export function driftWords(trans: TranslationBundle, words: string): string {
  const known: Record<string, string> = {
    steady: trans.__('steady'),
    'some drift': trans.__('some drift'),
    'strong drift': trans.__('strong drift'),
    'no rows to compare': trans.__('no rows to compare'),
    'not measured': trans.__('not measured'),
    'mostly unique values, not measured': trans.__('mostly unique values, not measured'),
    'stability index': trans.__('stability index'),
    'total variation': trans.__('total variation')
  };
  return known[words] ?? words;
}
