import { describe, expect, it } from 'vitest';
import { Job } from './contract';
import { changedFields, choicesOf, fieldsOf, freshChoices, nameOf } from './draft';
import { fieldProblems } from './problems';

const JOB = {
  profile: 'small',
  profile_options: { image: 'torch' },
  schedule: null,
  overlap: 'replace',
  retries: { max_retries: 2, backoff_seconds: 5, factor: 3 },
  timeout_seconds: 90,
  notifications: [{ type: 'mail', to: 'a@b.example', on: ['failed'] }]
} as unknown as Job;

describe('choices', () => {
  it('of a job give that job again', () => {
    const { profile, profile_options, schedule, overlap, retries, timeout_seconds, notifications } = JOB;
    expect(fieldsOf(choicesOf(JOB, 'UTC'), JOB)).toEqual({
      profile,
      profile_options,
      schedule,
      overlap,
      retries,
      timeout_seconds,
      notifications
    });
  });

  it('send only what was changed', () => {
    const shown = choicesOf(JOB, 'UTC');
    expect(changedFields(shown, shown, JOB)).toEqual({});
    expect(changedFields({ ...shown, timeoutMinutes: '2' }, shown, JOB)).toEqual({ timeout_seconds: 120 });
    expect(changedFields({ ...shown, profileOptions: {} }, shown, JOB)).toEqual({ profile_options: {} });
  });

  it('send what is chosen within a profile along with another profile', () => {
    const shown = choicesOf(JOB, 'UTC');
    expect(changedFields({ ...shown, profile: '' }, shown, JOB)).toEqual({
      profile: null,
      profile_options: { image: 'torch' }
    });
  });

  it('take the schedule of a new job from its time zone', () => {
    expect(fieldsOf(freshChoices(true, 'Europe/Berlin')).schedule).toEqual({
      cron: '0 6 * * *',
      timezone: 'Europe/Berlin',
      catch_up: 'latest',
      paused: false
    });
    expect(fieldsOf(freshChoices(false, 'UTC')).schedule).toBeNull();
  });

  it('of a new job are the size of this server', () => {
    const here = { profile: 'gpu', profileOptions: { image: 'jax' } };
    expect(fieldsOf(freshChoices(false, 'UTC', here))).toMatchObject({
      profile: 'gpu',
      profile_options: { image: 'jax' }
    });
    expect(fieldsOf(freshChoices(false, 'UTC')).profile).toBeNull();
  });

  it('send a number that is none as one the service refuses', () => {
    expect(fieldsOf({ ...freshChoices(false, 'UTC'), retries: 'two' }).retries.max_retries).toBe(-1);
  });
});

describe('a name', () => {
  it.each([
    ['work/Daily Report (2).ipynb', 'daily-report-2'],
    ['flights.ipynb', 'flights'],
    ['a..b.IPYNB', 'a.b'],
    ['数据.ipynb', 'notebook']
  ])('is made of %s', (path, name) => expect(nameOf(path)).toBe(name));
});

describe('a refusal', () => {
  const refused = (code: string, errors: { where: string; message: string }[] = []): object => ({
    code,
    message: 'No.',
    errors
  });

  it('marks the field it is about', () => {
    const errors = [
      { where: 'parameters.top', message: 'a whole number' },
      { where: 'body.schedule.cron', message: 'too long' },
      { where: 'body.notifications.0.mail.to', message: 'no address' },
      { where: 'body.name', message: "Value error, 'A' cannot be a name." }
    ];
    expect(fieldProblems(refused('bad_parameters', errors))).toEqual({
      'parameters.top': 'a whole number',
      schedule: 'too long',
      notifications: 'no address',
      name: "'A' cannot be a name."
    });
  });

  it('without places is known by its code', () => {
    expect(fieldProblems(refused('unknown_profile'))).toEqual({ profile: 'No.' });
    expect(fieldProblems(refused('overlap'))).toEqual({});
    expect(fieldProblems(new Error('away'))).toEqual({});
  });
});
