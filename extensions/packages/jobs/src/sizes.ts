/** Server profiles as people know them. */

import { ServerProfile } from './contract';

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** 8589934592 → 8, "GiB": profiles count memory in powers of 1024. */
export function memoryOf(bytes: number): [size: number, unit: string] {
  const power = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  return [bytes / 1024 ** power, UNITS[power]];
}

/** Name a profile as people know it; one that is gone, or not known yet, by its own name. */
export function nameOfProfile(name: string, profiles: ServerProfile[] | undefined): string {
  return profiles?.find(one => one.name === name)?.display_name ?? name;
}
