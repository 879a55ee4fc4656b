import { TranslationBundle } from '@jupyterlab/translation';
import { Loaded, number, sentence, useLoaded, useTrans } from '@onedata/core';
import React from 'react';
import { listProfiles } from './api';
import { Chosen, findProfile, isOrdinary, Size, wordsOf } from './chosen';
import { Job, ServerProfile } from './contract';
import { Field } from './field';
import { OptionField } from './profile-option';
import { memoryOf } from './sizes';

/** The platform's profiles, asked for once by each view. */
export function useProfiles(): Loaded<ServerProfile[]> {
  return useLoaded(signal => listProfiles(signal), []);
}

/** Choose the size to run with and what there is to choose within it; what cannot be had says why. */
export function ProfileFields(props: {
  value: Size;
  problem?: string;
  onChange: (size: Size) => void;
}): React.JSX.Element {
  const found = useProfiles();
  const { profile, profileOptions } = props.value;
  const chosen = findProfile(profile, found.value);
  return (
    <>
      <ProfileField
        found={found}
        value={profile}
        options={profileOptions}
        problem={props.problem}
        onChange={name => props.onChange({ profile: name, profileOptions: {} })}
      />
      {chosen?.options.map(option => (
        <OptionField
          key={`${chosen.name}/${option.name}`}
          option={option}
          chosen={profileOptions}
          onChange={options => props.onChange({ profile, profileOptions: options })}
        />
      ))}
    </>
  );
}

function ProfileField(props: {
  found: Loaded<ServerProfile[]>;
  value: string;
  options: Chosen;
  problem?: string;
  onChange: (name: string) => void;
}): React.JSX.Element {
  const { found } = props;
  const trans = useTrans();
  const profiles = found.value ?? [];
  const ordinary = findProfile('', profiles);
  const chosen = findProfile(props.value, profiles);
  const help = found.error
    ? sentence(found.error)
    : chosen && <About profile={chosen} options={props.options} />;
  return (
    <Field label={trans.__('Server profile')} help={help} problem={props.problem}>
      {control => (
        <select
          {...control}
          className="jp-mod-styled"
          value={props.value}
          onChange={event => props.onChange(event.target.value)}
        >
          <option value="">
            {ordinary ? trans.__('Default (%1)', ordinary.display_name) : trans.__('Default')}
          </option>
          {props.value && !chosen && (
            <option value={props.value}>
              {found.value ? trans.__('%1: no such profile any more', props.value) : props.value}
            </option>
          )}
          {profiles.map(one => (
            <option key={one.name} value={one.name} disabled={one.unavailable !== null}>
              {one.unavailable === null ? one.display_name : `${one.display_name}: ${one.unavailable}`}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

function About(props: { profile: ServerProfile; options: Chosen }): React.JSX.Element {
  const { profile } = props;
  const trans = useTrans();
  const limits = isOrdinary(profile, props.options) ? limitsOf(profile, trans) : '';
  return (
    <>
      {profile.description}
      {profile.description && limits && <br />}
      {limits}
    </>
  );
}

/** "2 cores · 8 GiB of memory · 1 GPU"; nothing where nothing is limited. */
function limitsOf(profile: ServerProfile, trans: TranslationBundle): string {
  const { cpus, memory_bytes, gpus } = profile;
  const limits: string[] = [];
  if (cpus !== null) {
    limits.push(trans._n('%1 core', '%1 cores', cpus));
  }
  if (memory_bytes !== null) {
    const [size, unit] = memoryOf(memory_bytes);
    limits.push(trans.__('%1 of memory', `${number(size, { maximumFractionDigits: 1 })} ${unit}`));
  }
  if (gpus > 0) {
    limits.push(trans._n('%1 GPU', '%1 GPUs', gpus));
  }
  return limits.join(' · ');
}

/** A profile and what is chosen within it, by the names people know them by. */
export function ProfileName(props: { of: Pick<Job, 'profile' | 'profile_options'> }): React.JSX.Element {
  const { profile, profile_options } = props.of;
  const found = useProfiles();
  const size = { profile: profile ?? '', profileOptions: profile_options };
  return <>{wordsOf(size, useTrans().__('default'), found.value)}</>;
}
