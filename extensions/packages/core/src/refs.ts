/** References to datasets and models, and the code that loads them. */

export interface DatasetRef {
  workspace: string;
  name: string;
  version: number | null;
}

/** `team-a/flights@3`, or `team-a/flights` where no version is meant. */
export function refText(ref: DatasetRef): string {
  return `${ref.workspace}/${ref.name}${ref.version ? `@${ref.version}` : ''}`;
}

/** Read `workspace/name[@version]`; null where it is something else. */
export function parseRef(text: string): DatasetRef | null {
  const found = /^([^/@]+)\/([^/@]+)(?:@([1-9]\d*))?$/.exec(text);
  return found ? { workspace: found[1], name: found[2], version: found[3] ? Number(found[3]) : null } : null;
}

/** The Python that loads a dataset: a table into a frame of its name, plain files as a path. */
export function codeToLoad(ref: DatasetRef, format: string): string {
  const variable = variableName(ref.name);
  const as = format === 'files' ? ', as_="path"' : '';
  return `import onedata as od\n\n${variable} = od.datasets.load("${refText(ref)}"${as})\n`;
}

const KEYWORDS = new Set(
  (
    'False None True and as assert async await break class continue def del elif else except finally for from ' +
    'global if import in is lambda nonlocal not or pass raise return try while with yield'
  ).split(' ')
);

/** Give a Python name for a dataset's: `2026-flights.raw` → `_2026_flights_raw`. */
export function variableName(name: string): string {
  const plain = name.replace(/[^A-Za-z0-9_]/g, '_').replace(/^(\d)/, '_$1');
  return KEYWORDS.has(plain) || plain === 'od' ? `${plain}_` : plain;
}
