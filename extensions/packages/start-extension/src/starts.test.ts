import { describe, expect, it } from 'vitest';
import { wordsIn } from './starts';

const WORDS = { en: 'Clean a table', zh: '清洗表格' };

describe('words of a notebook', () => {
  it('are those of the language, whatever the region', () => {
    expect(wordsIn('zh_CN', WORDS)).toBe('清洗表格');
    expect(wordsIn('zh-CN', WORDS)).toBe('清洗表格');
    expect(wordsIn('en', WORDS)).toBe('Clean a table');
  });

  it('are English where the language has none', () => {
    expect(wordsIn('de', WORDS)).toBe('Clean a table');
  });

  it('are what there is where nothing else fits', () => {
    expect(wordsIn('de', { und: 'The first hour' })).toBe('The first hour');
    expect(wordsIn('de', { fr: 'Nettoyer' })).toBe('Nettoyer');
    expect(wordsIn('de', {})).toBe('');
  });
});
