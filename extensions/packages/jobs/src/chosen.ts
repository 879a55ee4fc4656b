/** What is chosen within a profile, by its options' names: a choice's name, or a value of one's own. */

import { ProfileOption, ServerProfile } from './contract';
import { nameOfProfile } from './sizes';

export type Chosen = Record<string, string>;

/** Ends the name of an option whose value somebody writes; KubeSpawner's. */
const UNLISTED = '--unlisted-choice';

/** A profile and what is chosen within it; an empty name is the platform's default. */
export interface Size {
  profile: string;
  profileOptions: Chosen;
}

/** Find a profile by its name; an empty one is the platform's default. */
export function findProfile(name: string, profiles: ServerProfile[] | undefined): ServerProfile | undefined {
  return profiles?.find(one => (name ? one.name === name : one.default));
}

/** Name the choice that an option has where none is made; undefined where somebody has to write one. */
export function ordinaryOf(option: ProfileOption): string | undefined {
  return option.choices.find(one => one.default)?.name;
}

/** Give what somebody wrote themselves for an option; null where they did not. */
export function writtenFor(chosen: Chosen, option: string): string | null {
  return chosen[option + UNLISTED] ?? null;
}

/** Say whether what is chosen is what the profile has by default: then its limits are those that it tells. */
export function isOrdinary(profile: ServerProfile, chosen: Chosen): boolean {
  return profile.options.every(option => {
    const ordinary = ordinaryOf(option);
    return writtenFor(chosen, option.name) === null && (chosen[option.name] ?? ordinary) === ordinary;
  });
}

/** Choose for an option, in place of what was chosen or written for it. */
export function choose(chosen: Chosen, option: string, choice: string): Chosen {
  return { ...without(chosen, option), [option]: choice };
}

/** Write a value for an option, in place of what was chosen or written for it. */
export function write(chosen: Chosen, option: string, value: string): Chosen {
  return { ...without(chosen, option), [option + UNLISTED]: value };
}

function without(chosen: Chosen, option: string): Chosen {
  return Object.fromEntries(
    Object.entries(chosen).filter(([name]) => name !== option && name !== option + UNLISTED)
  );
}

/** Give what is chosen as the service takes it: a field that was left empty chooses nothing. */
export function plainChosen(chosen: Chosen): Chosen {
  const plain = Object.entries(chosen).map(([name, value]): [string, string] => [name, value.trim()]);
  return Object.fromEntries(plain.filter(([, value]) => value !== ''));
}

/** Say a profile and what is chosen within it as people know both: "GPU · Image: PyTorch". */
export function wordsOf(size: Size, ordinary: string, profiles: ServerProfile[] | undefined): string {
  const profile = findProfile(size.profile, profiles);
  const name = size.profile ? nameOfProfile(size.profile, profiles) : ordinary;
  const chosen = Object.entries(size.profileOptions).map(([key, value]) => {
    const option = profile?.options.find(one => one.name === key.replace(UNLISTED, ''));
    return `${option?.display_name ?? key.replace(UNLISTED, '')}: ${choiceName(option, key, value)}`;
  });
  return [name, ...chosen].join(' · ');
}

function choiceName(option: ProfileOption | undefined, key: string, value: string): string {
  const choice = key.endsWith(UNLISTED) ? undefined : option?.choices.find(one => one.name === value);
  return choice?.display_name ?? value;
}
