import { describe, expect, it } from 'vitest';
import { ServerProfile } from './contract';
import { memoryOf, nameOfProfile } from './sizes';

describe('memory', () => {
  it.each([
    [512, 512, 'B'],
    [512 * 2 ** 20, 512, 'MiB'],
    [8 * 2 ** 30, 8, 'GiB'],
    [1.5 * 2 ** 30, 1.5, 'GiB'],
    [2 ** 60, 2 ** 20, 'TiB']
  ])('of %d bytes is %d %s', (bytes, size, unit) => expect(memoryOf(bytes)).toEqual([size, unit]));
});

describe('a profile', () => {
  const profiles = [{ name: 'small', display_name: 'Small' }] as ServerProfile[];
  it('is named as people know it', () => expect(nameOfProfile('small', profiles)).toBe('Small'));
  it('that is gone keeps its name', () => expect(nameOfProfile('a100', profiles)).toBe('a100'));
  it('has its own name until the list has come', () =>
    expect(nameOfProfile('small', undefined)).toBe('small'));
});
