/** The schedules people mean most often, and the cron they stand for. */

export type Repeat = 'hour' | 'day' | 'weekdays' | 'week' | 'custom';

export interface Plan {
  repeat: Repeat;
  /** 0 to 59. */
  minute: number;
  /** 0 to 23. */
  hour: number;
  /** 0 is Sunday. */
  weekday: number;
}

export const REPEATS: Repeat[] = ['hour', 'day', 'weekdays', 'week', 'custom'];
const FIELDS = /^(\d{1,2}) (\d{1,2}|\*) \* \* (\*|1-5|[0-7])$/;

/** Write a plan as cron; undefined for one of one's own making. */
export function cronOf(plan: Plan): string | undefined {
  const { repeat, minute, hour, weekday } = plan;
  switch (repeat) {
    case 'hour':
      return `${minute} * * * *`;
    case 'day':
      return `${minute} ${hour} * * *`;
    case 'weekdays':
      return `${minute} ${hour} * * 1-5`;
    case 'week':
      return `${minute} ${hour} * * ${weekday}`;
    default:
      return undefined;
  }
}

/** Read a cron as the plan it is; whatever else it says is a plan of one's own. */
export function planOf(cron: string): Plan {
  const custom: Plan = { repeat: 'custom', minute: 0, hour: 6, weekday: 1 };
  const found = FIELDS.exec(cron.trim().replace(/\s+/g, ' '));
  if (!found || Number(found[1]) > 59 || Number(found[2]) > 23) {
    return custom;
  }
  const [, minute, hour, days] = found;
  const at = { ...custom, minute: Number(minute) };
  if (hour === '*') {
    return days === '*' ? { ...at, repeat: 'hour' } : custom;
  }
  const plan = { ...at, hour: Number(hour) };
  if (days === '*') {
    return { ...plan, repeat: 'day' };
  }
  return days === '1-5'
    ? { ...plan, repeat: 'weekdays' }
    : { ...plan, repeat: 'week', weekday: Number(days) % 7 };
}

/** The plan's time as a time field takes it: "06:30". */
export function timeOf(plan: Plan): string {
  return [plan.hour, plan.minute].map(one => String(one).padStart(2, '0')).join(':');
}

/** Lay a time field's text over a plan; half a time changes nothing. */
export function atTime(plan: Plan, text: string): Plan {
  const found = /^(\d{1,2}):(\d{2})/.exec(text);
  return found ? { ...plan, hour: Number(found[1]), minute: Number(found[2]) } : plan;
}
