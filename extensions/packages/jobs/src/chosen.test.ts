import { describe, expect, it } from 'vitest';
import { choose, isOrdinary, plainChosen, wordsOf, write, writtenFor } from './chosen';
import { ServerProfile } from './contract';

const PROFILES = [
  { name: 'plain', display_name: 'Plain', default: true, options: [] },
  {
    name: 'gpu',
    display_name: 'GPU',
    default: false,
    options: [
      {
        name: 'image',
        display_name: 'Image',
        unlisted: 'Another image',
        choices: [{ name: 'torch', display_name: 'PyTorch', default: true, unavailable: null }]
      }
    ]
  }
] as unknown as ServerProfile[];

describe('what is chosen within a profile', () => {
  it('takes the place of what was chosen or written before', () => {
    const written = write({ image: 'torch', memory: 'much' }, 'image', 'site/mine:1');
    expect(written).toEqual({ memory: 'much', 'image--unlisted-choice': 'site/mine:1' });
    expect(writtenFor(written, 'image')).toBe('site/mine:1');
    expect(choose(written, 'image', 'torch')).toEqual({ memory: 'much', image: 'torch' });
    expect(writtenFor({ image: 'torch' }, 'image')).toBeNull();
  });

  it('is what the profile has by default until something else is chosen', () => {
    const gpu = PROFILES[1];
    expect([{}, { image: 'torch' }].map(chosen => isOrdinary(gpu, chosen))).toEqual([true, true]);
    expect(isOrdinary(gpu, { image: 'jax' })).toBe(false);
    expect(isOrdinary(gpu, write({}, 'image', 'site/mine:1'))).toBe(false);
  });

  it('is sent without fields that were left empty', () => {
    expect(plainChosen({ image: 'torch', 'memory--unlisted-choice': ' ' })).toEqual({ image: 'torch' });
    expect(plainChosen({ 'image--unlisted-choice': ' site/mine:1 ' })).toEqual({
      'image--unlisted-choice': 'site/mine:1'
    });
  });

  it.each([
    ['gpu', { image: 'torch' }, 'GPU · Image: PyTorch'],
    ['gpu', { 'image--unlisted-choice': 'site/mine:1' }, 'GPU · Image: site/mine:1'],
    ['gpu', { image: 'gone' }, 'GPU · Image: gone'],
    ['gone', { colour: 'red' }, 'gone · colour: red'],
    ['', {}, 'default']
  ])('of %s is told by the names that people know', (profile, profileOptions, words) =>
    expect(
      wordsOf({ profile, profileOptions: profileOptions as Record<string, string> }, 'default', PROFILES)
    ).toBe(words)
  );
});
