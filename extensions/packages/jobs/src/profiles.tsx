import { TranslationBundle } from '@jupyterlab/translation';
import { Loaded, number, sentence, useLoaded, useTrans } from '@onedata/core';
import React from 'react';
import { listProfiles } from './api';
import { ServerProfile } from './contract';
import { Field } from './field';
import { memoryOf, nameOfProfile } from './sizes';

/** The platform's profiles, asked for once by each view. */
export function useProfiles(): Loaded<ServerProfile[]> {
  return useLoaded(signal => listProfiles(signal), []);
}

/** Choose the size to run with; a profile that cannot be had says why. */
export function ProfileField(props: {
  value: string;
  problem?: string;
  onChange: (name: string) => void;
}): React.JSX.Element {
  const trans = useTrans();
  const found = useProfiles();
  const profiles = found.value ?? [];
  const ordinary = profiles.find(one => one.default);
  const chosen = props.value ? profiles.find(one => one.name === props.value) : ordinary;
  const help = found.error ? sentence(found.error) : chosen && <About profile={chosen} />;
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

function About(props: { profile: ServerProfile }): React.JSX.Element {
  const { profile } = props;
  const limits = limitsOf(profile, useTrans());
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

/** A profile by the name people know it by. */
export function ProfileName(props: { name: string }): React.JSX.Element {
  const found = useProfiles();
  return <>{nameOfProfile(props.name, found.value)}</>;
}
