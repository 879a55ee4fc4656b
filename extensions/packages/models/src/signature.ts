/** What a model takes and gives, read from its file `MLmodel`. */

export interface Field {
  name: string;
  type: string;
  isRequired: boolean;
}

export interface Signature {
  inputs: Field[];
  outputs: Field[];
  params: Field[];
}

/**
 * Read the signature; null where the file has none.
 *
 * The file is YAML; MLflow writes each part of the signature as one line of JSON in quotes, which
 * YAML may fold. So this reads that much of YAML, and needs no parser for the rest.
 * Source: mlflow/models/signature.py, `ModelSignature.to_dict`.
 */
export function parseSignature(file: string): Signature | null {
  const lines = file.split(/\r?\n/);
  const start = lines.findIndex(line => line.startsWith('signature:'));
  if (start < 0 || lines[start].trim() !== 'signature:') {
    return null;
  }
  const length = lines.slice(start + 1).findIndex(line => /^\S/.test(line));
  const block = lines.slice(start + 1, length < 0 ? undefined : start + 1 + length);
  return {
    inputs: fieldsOf(scalar(block, 'inputs')),
    outputs: fieldsOf(scalar(block, 'outputs')),
    params: fieldsOf(scalar(block, 'params'))
  };
}

/** Give a key's quoted text, its folded lines joined; null where it is null or missing. */
function scalar(block: string[], key: string): string | null {
  const at = block.findIndex(line => line.startsWith(`  ${key}:`));
  if (at < 0) {
    return null;
  }
  const parts = [block[at].slice(key.length + 3).trim()];
  for (const line of block.slice(at + 1)) {
    if (/^ {2}\S/.test(line)) {
      break;
    }
    parts.push(line.trim());
  }
  return unquoted(parts);
}

function unquoted(parts: string[]): string | null {
  if (parts[0].startsWith('"')) {
    return parseJson(
      joined(parts.map(part => part.replace(/\\$/, '')))
        .replace(/\\x/g, '\\u00')
        .replace(/\\ /g, ' ')
    );
  }
  const whole = joined(parts);
  return whole.startsWith("'") && whole.endsWith("'") ? whole.slice(1, -1).replace(/''/g, "'") : null;
}

/** Join folded lines: one break is a space. */
function joined(parts: string[]): string {
  return parts.filter(part => part !== '').join(' ');
}

function parseJson(text: string): string | null {
  try {
    return JSON.parse(text) as string;
  } catch {
    return null;
  }
}

interface Spec {
  name?: string;
  type?: string;
  required?: boolean;
  default?: unknown;
  dtype?: string;
  shape?: number[] | null;
  'tensor-spec'?: { dtype: string; shape: number[] };
  items?: Spec;
  properties?: Record<string, Spec>;
  values?: Spec;
}

function fieldsOf(text: string | null): Field[] {
  let said: unknown;
  try {
    said = JSON.parse(text ?? '[]');
  } catch {
    return [];
  }
  return (Array.isArray(said) ? (said as Spec[]) : []).map((one, place, all) => ({
    name: one.name ?? (all.length > 1 ? String(place) : ''),
    type: typeOf(one),
    isRequired: one.required ?? !('default' in one)
  }));
}

/** `double`, `tensor(float64, -1 × 3)`, `array<string>`, `{a: long, b: string}`. */
export function typeOf(spec: Spec): string {
  switch (spec.type) {
    case 'tensor': {
      const { dtype, shape } = spec['tensor-spec'] ?? { dtype: '?', shape: [] };
      return `tensor(${dtype}, ${shape.join(' × ')})`;
    }
    case 'array':
      return `array<${spec.items ? typeOf(spec.items) : '?'}>`;
    case 'map':
      return `map<string, ${spec.values ? typeOf(spec.values) : '?'}>`;
    case 'object': {
      const parts = Object.entries(spec.properties ?? {}).map(([name, one]) => `${name}: ${typeOf(one)}`);
      return `{${parts.join(', ')}}`;
    }
    default:
      return spec.type ?? spec.dtype ?? '?';
  }
}
