import { describe, expect, it } from 'vitest';
import { atTime, cronOf, planOf, timeOf } from './cron';

describe('a plan', () => {
  it.each(['5 * * * *', '30 6 * * *', '0 6 * * 1-5', '15 23 * * 0'])('reads %s and writes it again', cron => {
    expect(cronOf(planOf(cron))).toBe(cron);
  });

  it.each([
    '*/5 * * * *',
    '0 6 1 * *',
    '0 6 * * 1,3',
    '61 6 * * *',
    '0 25 * * *',
    '5 * * * 1-5',
    'daily',
    ''
  ])('leaves %s to those who wrote it', cron => {
    expect(planOf(cron).repeat).toBe('custom');
  });

  it('knows both numbers of Sunday', () => {
    expect(planOf('0 6 * * 7')).toEqual(planOf('0 6 * * 0'));
  });

  it('takes a time, and no half of one', () => {
    const plan = planOf('0 6 * * *');
    expect(timeOf(atTime(plan, '17:05'))).toBe('17:05');
    expect(atTime(plan, '')).toEqual(plan);
  });
});
