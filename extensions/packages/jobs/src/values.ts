/** A parameter between its field and the service: what is typed, and the JSON value it stands for. */

import { ParameterSpec } from './contract';

/** What a field holds; `none` stands for Python's None. */
export interface Draft {
  text: string;
  none: boolean;
}

export type Drafts = Record<string, Draft>;
export type Values = Record<string, unknown>;

/** What a field shows for a value. */
export function draftOf(spec: ParameterSpec, value: unknown): Draft {
  if (value === null || value === undefined) {
    // A default that only running the notebook would tell comes as null too; its field is empty.
    return { text: '', none: value === null && spec.optional };
  }
  const isText = typeof value === 'string' && (spec.type !== 'any' || !readsAsJson(value));
  return { text: isText ? value : JSON.stringify(value), none: false };
}

/** What a parameter has where nobody types anything: the job's own value, else the notebook's. */
export function baseOf(spec: ParameterSpec, own: Values): unknown {
  if (spec.name in own) {
    return own[spec.name];
  }
  return spec.required || (spec.default === null && !spec.optional) ? undefined : spec.default;
}

/**
 * Give the value that a field stands for; undefined where the parameter is left to the notebook.
 *
 * What does not read as the parameter's type goes as the text it is: the service says what is wrong with it.
 */
export function valueOf(spec: ParameterSpec, draft: Draft): unknown {
  const { text, none } = draft;
  if (none) {
    return null;
  }
  if (spec.type === 'str' && !(text === '' && leftOut(spec))) {
    return text;
  }
  const plain = text.trim();
  if (plain === '') {
    return undefined;
  }
  switch (spec.type) {
    case 'int':
      return /^[+-]?\d+$/.test(plain) && Number.isSafeInteger(Number(plain)) ? Number(plain) : text;
    case 'float':
      return Number.isFinite(Number(plain)) ? Number(plain) : text;
    case 'bool':
      return plain === 'true' ? true : plain === 'false' ? false : text;
    case 'list':
    case 'dict':
    case 'any':
      return fromJson(plain, text);
    default:
      return plain;
  }
}

/** Say whether an empty text field means "not given" rather than an empty text. */
function leftOut(spec: ParameterSpec): boolean {
  return spec.required || spec.default === null || spec.choices !== null;
}

/** Give the parameters of one run: what was typed and differs from what the job would take anyway. */
export function valuesForRun(specs: ParameterSpec[], drafts: Drafts, own: Values): Values {
  const found: Values = {};
  for (const spec of specs) {
    const draft = drafts[spec.name];
    const value = draft && valueOf(spec, draft);
    if (value !== undefined && !isSame(value, baseOf(spec, own))) {
      found[spec.name] = value;
    }
  }
  return found;
}

/** Give the parameters that a job keeps: its own as they were typed over; the notebook's defaults stay out. */
export function valuesForJob(specs: ParameterSpec[], drafts: Drafts, own: Values): Values {
  if (specs.length === 0) {
    return own; // a language whose parameters the service cannot read: what others gave it stays
  }
  const found: Values = {};
  for (const spec of specs) {
    const draft = drafts[spec.name];
    const value = draft ? valueOf(spec, draft) : own[spec.name];
    const isGiven = value !== undefined && (spec.required || !isSame(value, baseOf(spec, {})));
    if (isGiven || (!draft && spec.name in own)) {
      found[spec.name] = value;
    }
  }
  return found;
}

/** Name the parameters that must be given and are not. */
export function missing(specs: ParameterSpec[], drafts: Drafts, own: Values): string[] {
  return specs
    .filter(spec => {
      const draft = drafts[spec.name] ?? draftOf(spec, baseOf(spec, own));
      return spec.required && valueOf(spec, draft) === undefined;
    })
    .map(spec => spec.name);
}

export function isSame(one: unknown, other: unknown): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}

function fromJson(text: string, otherwise: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return otherwise;
  }
}

function readsAsJson(text: string): boolean {
  return fromJson(text.trim(), '\0') !== '\0';
}
