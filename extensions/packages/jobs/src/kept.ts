/** What is kept of a half-filled form over a reload: no secret, for it lies in a file of the user's server. */

import { CatchUp, Overlap } from './contract';
import { Choices, Notice } from './draft';
import { Drafts } from './values';

/** What somebody has put into the form of a notebook; `edited` is null while they changed no choice. */
export interface FormDraft {
  workspace: string;
  name: string;
  drafts: Drafts;
  edited: Choices | null;
}

// As the runner knows secrets among the variables of a run.
const SECRET = /token|secret|password|passwd|passphrase|credential|key/i;

/** Leave out what may be a secret: parameters by their names, and the addresses of webhooks. */
export function keepable(draft: FormDraft): FormDraft {
  const { drafts, edited } = draft;
  return {
    ...draft,
    drafts: Object.fromEntries(Object.entries(drafts).filter(([name]) => !SECRET.test(name))),
    edited: edited && { ...edited, notices: edited.notices.map(withheld) }
  };
}

function withheld(notice: Notice): Notice {
  return notice.type === 'webhook' ? { ...notice, address: '', withheld: true } : notice;
}

/** Give webhooks whose addresses were left out those that the job has at their places. */
export function withAddresses(choices: Choices, shown: Choices): Choices {
  const notices = choices.notices.map((one, place) => {
    const other = shown.notices[place];
    return one.withheld && one.type === 'webhook' && other?.type === 'webhook'
      ? { ...one, address: other.address }
      : one;
  });
  return { ...choices, notices };
}

/** Read what was kept; null where it is something else, as another version of this may have kept it. */
export function draftFrom(kept: unknown): FormDraft | null {
  if (!isObject(kept) || !hasTexts(kept, ['workspace', 'name']) || !isObject(kept.drafts)) {
    return null;
  }
  const drafts = Object.values(kept.drafts).every(
    one => isObject(one) && hasTexts(one, ['text']) && typeof one.none === 'boolean'
  );
  return drafts && (kept.edited === null || isChoices(kept.edited)) ? (kept as unknown as FormDraft) : null;
}

const OVERLAPS: Overlap[] = ['forbid', 'queue', 'replace'];
const CATCH_UPS: CatchUp[] = ['none', 'latest', 'all'];

function isChoices(value: unknown): boolean {
  if (
    !isObject(value) ||
    !isObject(value.schedule) ||
    !isObject(value.profileOptions) ||
    !Array.isArray(value.notices)
  ) {
    return false;
  }
  return (
    hasTexts(value, ['profile', 'retries', 'timeoutMinutes']) &&
    hasTexts(value.profileOptions, Object.keys(value.profileOptions)) &&
    typeof value.scheduled === 'boolean' &&
    OVERLAPS.includes(value.overlap as Overlap) &&
    hasTexts(value.schedule, ['cron', 'timezone']) &&
    CATCH_UPS.includes(value.schedule.catch_up as CatchUp) &&
    typeof value.schedule.paused === 'boolean' &&
    value.notices.every(
      one =>
        isObject(one) &&
        (one.type === 'webhook' || one.type === 'mail') &&
        hasTexts(one, ['address']) &&
        Array.isArray(one.on)
    )
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function hasTexts(value: Record<string, unknown>, names: string[]): boolean {
  return names.every(one => typeof value[one] === 'string');
}
