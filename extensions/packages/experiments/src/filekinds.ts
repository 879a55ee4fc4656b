export type FileKind = 'image' | 'text' | 'other';

const IMAGES: Record<string, string> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  svg: 'image/svg+xml',
  bmp: 'image/bmp'
};

const TEXTS = new Set(
  (
    'txt md log csv tsv json jsonl ndjson yaml yml toml ini cfg py r sql sh html htm xml css js ts ipynb MLmodel ' +
    'mlmodel tex rst properties conf env lock'
  ).split(' ')
);

function ending(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return name.slice(name.lastIndexOf('.') + 1);
}

/** How a file can be shown, by its name. */
export function kindOf(path: string): FileKind {
  const end = ending(path);
  return imageType(path) ? 'image' : TEXTS.has(end) || TEXTS.has(end.toLowerCase()) ? 'text' : 'other';
}

/** The media type of an image; null where it is none. */
export function imageType(path: string): string | null {
  return IMAGES[ending(path).toLowerCase()] ?? null;
}

/** The name of a file without its folders. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** JSON as people read it; any other text, and a part of a file, as it is. */
export function readable(path: string, text: string, isWhole: boolean): string {
  if (!isWhole || !/\.(json|ipynb)$/i.test(path)) {
    return text;
  }
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
