import { useTrans } from '@onedata/core';
import React from 'react';
import { choose, Chosen, ordinaryOf, write, writtenFor } from './chosen';
import { ProfileChoice, ProfileOption } from './contract';
import { Field } from './field';

// No choice of an option is named so.
const WRITTEN = '/';

/** Choose for one option of a profile: from its list, or a value of one's own where the profile takes one. */
export function OptionField(props: {
  option: ProfileOption;
  chosen: Chosen;
  onChange: (chosen: Chosen) => void;
}): React.JSX.Element {
  const { option, chosen, onChange } = props;
  const written = writtenFor(chosen, option.name);
  const value = written === null ? (chosen[option.name] ?? ordinaryOf(option) ?? '') : WRITTEN;
  const pick = (name: string): void =>
    onChange(name === WRITTEN ? write(chosen, option.name, '') : choose(chosen, option.name, name));
  return (
    <>
      <Field label={option.display_name}>
        {control => (
          <select
            {...control}
            className="jp-mod-styled"
            value={value}
            onChange={event => pick(event.target.value)}
          >
            <Entries option={option} value={value} />
          </select>
        )}
      </Field>
      {written !== null && (
        <Field label={option.unlisted ?? option.display_name}>
          {control => (
            <input
              {...control}
              className="jp-mod-styled"
              spellCheck={false}
              value={written}
              onChange={event => onChange(write(chosen, option.name, event.target.value))}
            />
          )}
        </Field>
      )}
    </>
  );
}

function Entries(props: { option: ProfileOption; value: string }): React.JSX.Element {
  const { option, value } = props;
  const trans = useTrans();
  const isListed = value === WRITTEN || option.choices.some(one => one.name === value);
  return (
    <>
      {!isListed && (
        <option value={value}>{value ? trans.__('%1: no such choice any more', value) : '–'}</option>
      )}
      {option.choices.map(one => (
        <option key={one.name} value={one.name} disabled={one.unavailable !== null}>
          {wordsOfChoice(one)}
        </option>
      ))}
      {(option.unlisted !== null || value === WRITTEN) && (
        <option value={WRITTEN}>{option.unlisted ?? trans.__('Another')}</option>
      )}
    </>
  );
}

function wordsOfChoice(choice: ProfileChoice): string {
  return choice.unavailable === null ? choice.display_name : `${choice.display_name}: ${choice.unavailable}`;
}
