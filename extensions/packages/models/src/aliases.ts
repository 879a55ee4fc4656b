import { Alias } from './contract';

/** The aliases of a version, in their order of names. */
export function aliasesOf(version: string, aliases: readonly Alias[] | undefined): string[] {
  return (aliases ?? [])
    .filter(one => String(one.version) === version)
    .map(one => one.alias)
    .sort();
}

/** The version that an alias names; null where there is none of that name. */
export function versionOf(alias: string, aliases: readonly Alias[] | undefined): string | null {
  const found = (aliases ?? []).find(one => one.alias === alias);
  return found ? String(found.version) : null;
}
