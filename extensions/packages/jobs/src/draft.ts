/** What a form holds about a job, and what of it goes to the service. */

import { Chosen, plainChosen, Size } from './chosen';
import { Job, JobFields, Notification, NotifyOn, Overlap, Schedule } from './contract';
import { isSame } from './values';

/** A notification whose address may be half typed. */
export interface Notice {
  type: 'webhook' | 'mail';
  address: string;
  on: NotifyOn[];
  /** Whether the address was left out of what is kept over a reload. */
  withheld?: boolean;
}

/** The choices beside name, notebook and parameters; numbers are as they were typed. */
export interface Choices {
  profile: string;
  profileOptions: Chosen;
  scheduled: boolean;
  schedule: Schedule;
  overlap: Overlap;
  retries: string;
  timeoutMinutes: string;
  notices: Notice[];
}

export type ChosenFields = Omit<JobFields, 'parameters'>;

const DEFAULT_TIMEOUT_MINUTES = 1440;
const DEFAULT_SIZE: Size = { profile: '', profileOptions: {} };

/** The choices of a new job: with the size of this server, else as the service would make them. */
export function freshChoices(scheduled: boolean, timezone: string, here: Size = DEFAULT_SIZE): Choices {
  return {
    ...here,
    scheduled,
    schedule: { cron: '0 6 * * *', timezone, catch_up: 'latest', paused: false },
    // A person who starts a run twice means both; a schedule that overtakes itself means one.
    overlap: scheduled ? 'forbid' : 'queue',
    retries: '0',
    timeoutMinutes: String(DEFAULT_TIMEOUT_MINUTES),
    notices: []
  };
}

/** The choices of a job that is there. */
export function choicesOf(job: Job, timezone: string): Choices {
  return {
    profile: job.profile ?? '',
    profileOptions: job.profile_options,
    scheduled: job.schedule !== null,
    schedule: job.schedule ?? freshChoices(true, timezone).schedule,
    overlap: job.overlap,
    retries: String(job.retries.max_retries),
    timeoutMinutes: String(job.timeout_seconds / 60),
    notices: job.notifications.map(one => ({
      type: one.type,
      address: one.type === 'mail' ? one.to : one.url,
      on: one.on
    }))
  };
}

/** Give the choices as the service takes them; the retries' waiting times of `before` stay. */
export function fieldsOf(choices: Choices, before?: Job): ChosenFields {
  const { backoff_seconds, factor } = before?.retries ?? { backoff_seconds: 30, factor: 2 };
  return {
    profile: choices.profile || null,
    profile_options: plainChosen(choices.profileOptions),
    schedule: choices.scheduled ? { ...choices.schedule, cron: choices.schedule.cron.trim() } : null,
    overlap: choices.overlap,
    retries: { max_retries: numberOf(choices.retries), backoff_seconds, factor },
    timeout_seconds: numberOf(choices.timeoutMinutes) * 60,
    notifications: choices.notices.map(notificationOf)
  };
}

/** Give what differs from a job: what nobody changed here stays as others have set it meanwhile. */
export function changedFields(choices: Choices, shown: Choices, before: Job): Partial<ChosenFields> {
  const now = fieldsOf(choices, before);
  const then = fieldsOf(shown, before);
  const changed = Object.entries(now).filter(
    ([name, value]) => !isSame(value, then[name as keyof typeof then])
  );
  // Another profile without them would have its default choices.
  const along = now.profile === then.profile ? {} : { profile_options: now.profile_options };
  return { ...along, ...Object.fromEntries(changed) };
}

function notificationOf(notice: Notice): Notification {
  const address = notice.address.trim();
  return notice.type === 'mail'
    ? { type: 'mail', to: address, on: notice.on }
    : { type: 'webhook', url: address, on: notice.on };
}

/** Read a number as typed; what is none goes as -1, which the service refuses in its own words. */
function numberOf(text: string): number {
  const value = Number(text);
  return text.trim() !== '' && Number.isFinite(value) ? value : -1;
}

/** Make a job's name of a notebook's path, by the rule of names. */
export function nameOf(path: string): string {
  const file = path
    .split('/')
    .pop()!
    .replace(/\.ipynb$/i, '');
  const plain = file
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/\.{2,}/g, '.')
    .slice(0, 100)
    .replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, '');
  return plain || 'notebook';
}
