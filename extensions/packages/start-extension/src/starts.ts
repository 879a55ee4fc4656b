/** What the launcher offers to start from, and its words in the reader's language. */

export interface Start {
  kind: 'template' | 'tutorial';
  /** Where the file browser has it. */
  path: string;
  /** Words by language code; `und` where the language is not known. */
  title: Record<string, string>;
  description: Record<string, string>;
}

/** Choose words by language: `zh_CN` takes `zh_CN`, else `zh`, else English, else what there is. */
export function wordsIn(language: string, words: Record<string, string>): string {
  const exact = language.replace('_', '-');
  const codes = [language, exact, exact.split('-')[0], 'en', 'und'];
  return codes.map(code => words[code]).find(Boolean) ?? Object.values(words)[0] ?? '';
}
