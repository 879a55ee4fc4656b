import { useTrans } from '@onedata/core';
import React from 'react';
import { Overlap } from './contract';
import { Choices } from './draft';
import { Field } from './field';
import { Notices } from './notices';
import { ProfileFields } from './profiles';

/** What happens when things go wrong, and who hears of it. */
export function Options(props: {
  choices: Choices;
  problems: Record<string, string>;
  onChange: (choices: Choices) => void;
}): React.JSX.Element {
  const { choices, problems, onChange } = props;
  const trans = useTrans();
  const change = (fields: Partial<Choices>): void => onChange({ ...choices, ...fields });
  return (
    <>
      <div className="od-Fields">
        <Field label={trans.__('While one run has not ended')} problem={problems.overlap}>
          {control => (
            <select
              {...control}
              className="jp-mod-styled"
              value={choices.overlap}
              onChange={event => change({ overlap: event.target.value as Overlap })}
            >
              <option value="forbid">{trans.__('Start no other')}</option>
              <option value="queue">{trans.__('Let the next wait')}</option>
              <option value="replace">{trans.__('Cancel it for the next')}</option>
            </select>
          )}
        </Field>
        <Field
          label={trans.__('Retries after a failure')}
          help={trans.__('0 to 20; the waits between them grow.')}
          problem={problems.retries}
        >
          {control => (
            <input
              {...control}
              className="jp-mod-styled"
              inputMode="numeric"
              value={choices.retries}
              onChange={event => change({ retries: event.target.value })}
            />
          )}
        </Field>
        <Field label={trans.__('Stop a run after (minutes)')} problem={problems.timeout_seconds}>
          {control => (
            <input
              {...control}
              className="jp-mod-styled"
              inputMode="decimal"
              value={choices.timeoutMinutes}
              onChange={event => change({ timeoutMinutes: event.target.value })}
            />
          )}
        </Field>
        <ProfileFields value={choices} problem={problems.profile} onChange={change} />
      </div>
      <Notices
        notices={choices.notices}
        problem={problems.notifications}
        onChange={notices => change({ notices })}
      />
    </>
  );
}
