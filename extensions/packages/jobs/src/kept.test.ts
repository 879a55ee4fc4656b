import { describe, expect, it } from 'vitest';
import { Choices, freshChoices } from './draft';
import { draftFrom, FormDraft, keepable, withAddresses } from './kept';

const HOOK = 'https://hooks.example/secret-path';

function choices(address: string): Choices {
  const fresh = freshChoices(true, 'UTC');
  return {
    ...fresh,
    retries: '2',
    notices: [
      { type: 'mail', address: 'ann@example.org', on: ['failed'] },
      { type: 'webhook', address, on: ['failed'] }
    ]
  };
}

const FORM: FormDraft = {
  workspace: 'team-a',
  name: 'nightly',
  drafts: { top: { text: '3', none: false }, api_key: { text: 'hunter22', none: false } },
  edited: choices(HOOK)
};

describe('what is kept of a form', () => {
  it('holds no secret', () => {
    const kept = JSON.stringify(keepable(FORM));
    expect(kept).not.toContain('hunter22');
    expect(kept).not.toContain('secret-path');
    expect(kept).toContain('ann@example.org');
  });

  it('comes back as it was', () => {
    const kept = keepable(FORM);
    expect(draftFrom(JSON.parse(JSON.stringify(kept)))).toEqual(kept);
    expect(draftFrom({ ...kept, edited: null })?.edited).toBeNull();
  });

  it('is forgotten where it is something else', () => {
    const kept = keepable(FORM);
    const others = [
      undefined,
      null,
      'text',
      {},
      { ...kept, name: 7 },
      { ...kept, drafts: { top: '3' } },
      { ...kept, edited: { retries: '2' } },
      { ...kept, edited: { ...kept.edited, overlap: 'often' } },
      { ...kept, edited: { ...kept.edited, notices: [null] } }
    ];
    expect(others.map(draftFrom)).toEqual(others.map(() => null));
  });
});

describe('a webhook whose address was left out', () => {
  const kept = keepable(FORM).edited!;
  it('has the one of the job', () =>
    expect(withAddresses(kept, choices(HOOK)).notices[1].address).toBe(HOOK));
  it('is empty where the job has none', () => {
    expect(withAddresses(kept, freshChoices(true, 'UTC')).notices[1].address).toBe('');
  });
  it('is what one types since', () => {
    const typed = { ...kept, notices: [kept.notices[0], { ...choices('').notices[1] }] };
    expect(withAddresses(typed, choices(HOOK)).notices[1].address).toBe('');
  });
});
