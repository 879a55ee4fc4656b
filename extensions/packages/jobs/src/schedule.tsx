import { TranslationBundle } from '@jupyterlab/translation';
import { Refusal, useLoaded, useSettled, useTrans } from '@onedata/core';
import React from 'react';
import { previewSchedule } from './api';
import { CatchUp, Schedule } from './contract';
import { atTime, cronOf, Plan, planOf, Repeat, REPEATS, timeOf } from './cron';
import { dueTime } from './due';
import { Field } from './field';

interface ScheduleProps {
  schedule: Schedule;
  problem?: string;
  onChange: (schedule: Schedule) => void;
}

/** When a job runs: a plan or cron, its time zone, and what that comes to. */
export function ScheduleFields(props: ScheduleProps): React.JSX.Element {
  const { schedule, onChange } = props;
  const trans = useTrans();
  const zones = React.useId();
  return (
    <>
      <div className="od-Fields">
        <PlanFields {...props} />
        <Field
          label={trans.__('Cron')}
          note={trans.__('minute, hour, day of month, month, day of week')}
          problem={props.problem}
        >
          {control => (
            <input
              {...control}
              className="jp-mod-styled od-Cron"
              spellCheck={false}
              value={schedule.cron}
              onChange={event => onChange({ ...schedule, cron: event.target.value })}
            />
          )}
        </Field>
        <Field label={trans.__('Time zone')}>
          {control => (
            <input
              {...control}
              className="jp-mod-styled"
              list={zones}
              spellCheck={false}
              value={schedule.timezone}
              onChange={event => onChange({ ...schedule, timezone: event.target.value.trim() })}
            />
          )}
        </Field>
        <datalist id={zones}>
          {timeZones().map(one => (
            <option key={one} value={one} />
          ))}
        </datalist>
        <Field label={trans.__('Times missed while the platform was down')}>
          {control => (
            <select
              {...control}
              className="jp-mod-styled"
              value={schedule.catch_up}
              onChange={event => onChange({ ...schedule, catch_up: event.target.value as CatchUp })}
            >
              <option value="latest">{trans.__('Run the latest')}</option>
              <option value="all">{trans.__('Run all, up to 100')}</option>
              <option value="none">{trans.__('Leave them out')}</option>
            </select>
          )}
        </Field>
      </div>
      <Preview cron={schedule.cron} timezone={schedule.timezone} />
    </>
  );
}

function PlanFields(props: ScheduleProps): React.JSX.Element {
  const { schedule, onChange } = props;
  const trans = useTrans();
  const [isOwn, setOwn] = React.useState(false);
  const read = planOf(schedule.cron);
  const plan: Plan = isOwn ? { ...read, repeat: 'custom' } : read;
  const take = (changed: Plan): void => onChange({ ...schedule, cron: cronOf(changed) ?? schedule.cron });
  const choose = (repeat: Repeat): void => {
    setOwn(repeat === 'custom');
    take({ ...read, repeat });
  };
  return (
    <>
      <Field label={trans.__('Repeat')}>
        {control => (
          <select
            {...control}
            className="jp-mod-styled"
            value={plan.repeat}
            onChange={event => choose(event.target.value as Repeat)}
          >
            {REPEATS.map(one => (
              <option key={one} value={one}>
                {repeatWord(one, trans)}
              </option>
            ))}
          </select>
        )}
      </Field>
      {plan.repeat === 'week' && (
        <Field label={trans.__('On')}>
          {control => (
            <select
              {...control}
              className="jp-mod-styled"
              value={plan.weekday}
              onChange={event => take({ ...plan, weekday: Number(event.target.value) })}
            >
              {[1, 2, 3, 4, 5, 6, 0].map(one => (
                <option key={one} value={one}>
                  {weekdayWord(one, trans)}
                </option>
              ))}
            </select>
          )}
        </Field>
      )}
      {plan.repeat === 'hour' && (
        <Field label={trans.__('At minute')}>
          {control => (
            <input
              {...control}
              type="number"
              min={0}
              max={59}
              className="jp-mod-styled"
              value={plan.minute}
              onChange={event =>
                take({ ...plan, minute: Math.min(59, Math.max(0, Number(event.target.value))) })
              }
            />
          )}
        </Field>
      )}
      {(plan.repeat === 'day' || plan.repeat === 'weekdays' || plan.repeat === 'week') && (
        <Field label={trans.__('At')}>
          {control => (
            <input
              {...control}
              type="time"
              className="jp-mod-styled"
              value={timeOf(plan)}
              onChange={event => take(atTime(plan, event.target.value))}
            />
          )}
        </Field>
      )}
    </>
  );
}

/** What the service makes of a schedule: its words, and the next times on the reader's clock. */
function Preview(props: { cron: string; timezone: string }): React.JSX.Element {
  const trans = useTrans();
  const cron = useSettled(props.cron.trim());
  const timezone = useSettled(props.timezone);
  const found = useLoaded(signal => previewSchedule(cron, timezone, signal), [cron, timezone]);
  const { value } = found;
  return (
    <div className="od-SchedulePreview" aria-live="polite">
      {found.error ? <Refusal error={found.error} /> : null}
      {value && (
        <>
          <p className="od-SchedulePreview-words">{value.description}</p>
          <p className="od-muted">{trans.__('The next times, on your clock:')}</p>
          <ol aria-label={trans.__('The next times')}>
            {value.next_due.map(one => (
              <li key={one}>
                <time dateTime={one}>{dueTime(one)}</time>
              </li>
            ))}
          </ol>
        </>
      )}
    </div>
  );
}

function repeatWord(repeat: Repeat, trans: TranslationBundle): string {
  return {
    hour: trans.__('Every hour'),
    day: trans.__('Every day'),
    weekdays: trans.__('Monday to Friday'),
    week: trans.__('Every week'),
    custom: trans.__('As the cron below says')
  }[repeat];
}

function weekdayWord(day: number, trans: TranslationBundle): string {
  return [
    trans.__('Sunday'),
    trans.__('Monday'),
    trans.__('Tuesday'),
    trans.__('Wednesday'),
    trans.__('Thursday'),
    trans.__('Friday'),
    trans.__('Saturday')
  ][day];
}

/** The time zone of the browser. */
export function ownZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
}

function timeZones(): string[] {
  return ['UTC', ...(Intl.supportedValuesOf?.('timeZone') ?? [])];
}
