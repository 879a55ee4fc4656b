/** Read where a model version's files lie from its source. */

/** The logged model behind a version: `models:/m-1234` → `m-1234`; null where it is another kind of place. */
export function modelIdOf(source: string): string | null {
  return /^models:\/(m-[0-9a-z]+)\/?$/i.exec(source)?.[1] ?? null;
}

/**
 * The folder below a run's artefacts: `runs:/<run>/model`, or an address that holds `<run>/artifacts/`.
 *
 * Null where the source is somewhere else.
 */
export function placeInRun(source: string, runId: string): string | null {
  if (!runId) {
    return null;
  }
  for (const mark of [`runs:/${runId}/`, `/${runId}/artifacts/`]) {
    const at = source.indexOf(mark);
    if (at >= 0) {
      return source.slice(at + mark.length).replace(/\/+$/, '');
    }
  }
  return null;
}
