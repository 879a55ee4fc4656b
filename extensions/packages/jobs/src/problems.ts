import { TranslationBundle } from '@jupyterlab/translation';

/** Which field of the form a refusal is about. */

interface Refused {
  code: string;
  message: string;
  errors: { where: string; message: string }[];
}

const BY_CODE: Record<string, string> = {
  bad_schedule: 'schedule',
  unknown_profile: 'profile',
  profile_of_other_groups: 'profile',
  no_mail: 'notifications',
  bad_url: 'notifications',
  bad_address: 'notifications',
  job_exists: 'name'
};
const FIELDS = ['name', 'profile', 'schedule', 'overlap', 'retries', 'timeout_seconds', 'notifications'];

/**
 * Give the words for each field: `name`, `profile`, `schedule`, …, and `parameters.<name>`.
 *
 * The service names places as `parameters.top`, `body.schedule.cron` or `body.notifications.0.mail.to`.
 */
export function fieldProblems(error: unknown): Record<string, string> {
  const refused = error as Partial<Refused> | null;
  const found: Record<string, string> = {};
  for (const { where, message } of refused?.errors ?? []) {
    const place = where.replace(/^body\./, '');
    const field = place.startsWith('parameters.') ? place : place.split('.')[0];
    if (place.startsWith('parameters.') || FIELDS.includes(field)) {
      found[field] ??= message.replace(/^Value error, /, '');
    }
  }
  const field = BY_CODE[refused?.code ?? ''];
  if (field && refused?.message) {
    found[field] ??= refused.message;
  }
  return found;
}

/** Give the words for parameters that have no value and need one. */
export function lackingWords(names: string[], trans: TranslationBundle): Record<string, string> {
  const words = trans.__('This parameter has no default. Give a value.');
  return Object.fromEntries(names.map(one => [`parameters.${one}`, words]));
}
