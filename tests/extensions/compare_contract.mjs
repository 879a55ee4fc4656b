// Compares the types that the panels read and send with what the studio describes, by TypeScript's own checker:
//   node compare_contract.mjs QUESTION.json
// It prints {"compared": [...], "problems": [...]}; test_contract.py writes the question and says what is in it.
// TypeScript 7 calls this interface of its own unstable; extensions/package-lock.json holds the version.

import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const { folder, extensions, modules, whole, pairs, openapi } = JSON.parse(
  readFileSync(process.argv[2], 'utf8')
);
const IN_FULL = 0x1 | 0x800000; // TypeScript's TypeFormatFlags NoTruncation and InTypeAlias
const schemas = openapi.components.schemas;
const { API } = await import(
  pathToFileURL(createRequire(join(extensions, 'package.json')).resolve('typescript/unstable/sync'))
);
const api = new API({ cwd: folder });
const problems = [];
const read = new Map(); // which of our types stands for a schema inside of others
const all = [...namesakes(), ...pairs];
compare();
console.log(JSON.stringify({ compared: all.map(([ours]) => ours), problems }));
api.close();

/** Pair each exported type of a contract with the schema of its name. */
function namesakes() {
  const { program, checker } = open('modules', Object.values(modules));
  const found = [];
  for (const module of whole) {
    for (const { name } of exportsOf(program, checker, modules[module])) {
      const ours = `${module}.${name}`;
      if (name in schemas) {
        found.push([ours, `said.${name}`]);
        read.set(name, read.get(name) ?? ours);
      } else if (!pairs.some(([one]) => new RegExp(`\\b${ours}\\b`).test(one))) {
        problems.push(`${ours}: the studio describes nothing of this name`);
      }
    }
  }
  return found;
}

function compare() {
  const imports = Object.entries(modules).map(
    ([name, path]) => `import * as ${name} from '${path.replace(/\.ts$/, '')}';`
  );
  const lines = [...imports, namespace('said'), namespace('taken')];
  all.forEach(([ours, theirs], at) =>
    lines.push(`export type Ours${at} = ${ours};`, `export type Theirs${at} = ${theirs};`)
  );
  const path = join(folder, 'pairs.ts');
  writeFileSync(path, lines.join('\n'));
  const { program, checker } = open('pairs', [path]);
  for (const file of [path, ...Object.values(modules)]) {
    problems.push(
      ...program.getSemanticDiagnostics(file).map(one => `${file}: ${one.text ?? JSON.stringify(one)}`)
    );
  }
  const types = new Map(
    exportsOf(program, checker, path).map(one => [one.name, checker.getDeclaredTypeOfSymbol(one)])
  );
  all.forEach(([ours, theirs], at) => {
    const [one, other] = [types.get(`Ours${at}`), types.get(`Theirs${at}`)];
    if (theirs.startsWith('said.')) {
      compareSaid(checker, ours, one, other);
    } else if (!checker.isTypeAssignableTo(one, other)) {
      problems.push(`${ours} is sent, and ${theirs} does not take it: ${checker.typeToString(other)}`);
    }
  });
}

/** Every field that is read is in the answer, and is there just what it is read as. */
function compareSaid(checker, name, ours, theirs) {
  const isSame = (one, other) =>
    checker.isTypeAssignableTo(one, other) && checker.isTypeAssignableTo(other, one);
  const words = type => checker.typeToString(type, undefined, IN_FULL);
  const differ = (what, one, other) =>
    problems.push(`${what} is read as ${words(one)}, and is ${words(other)}`);
  if (!ours.isObjectType() || checker.isArrayType(ours)) {
    if (!isSame(ours, theirs)) {
      differ(name, ours, theirs);
    }
    return;
  }
  for (const field of checker.getPropertiesOfType(ours)) {
    const there = checker.getPropertyOfType(theirs, field.name);
    const [one, other] = [field, there].map(symbol => symbol && checker.getTypeOfSymbol(symbol));
    if (!there) {
      problems.push(`${name}.${field.name} is read, and is not in the answer`);
    } else if (!isSame(one, other)) {
      differ(`${name}.${field.name}`, one, other);
    }
  }
}

/** Write the schemas as types. What is said has every field; what is taken has the required ones at least. */
function namespace(name) {
  const types = Object.entries(schemas).map(
    ([title, schema]) => `export type ${title} = ${typeOf(schema, name)};`
  );
  return `export namespace ${name} {\n${types.join('\n')}\n}`;
}

function typeOf(schema, side) {
  const one = inner => typeOf(inner, side);
  if (schema.$ref) {
    const name = schema.$ref.split('/').pop();
    return side === 'said' && read.has(name) ? read.get(name) : `${side}.${name}`;
  }
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) {
    return `(${choices.map(one).join(' | ')})`;
  }
  if (schema.enum || 'const' in schema) {
    return `(${(schema.enum ?? [schema.const]).map(value => JSON.stringify(value)).join(' | ')})`;
  }
  switch (schema.type) {
    case 'integer':
    case 'number':
      return 'number';
    case 'string':
    case 'boolean':
    case 'null':
      return schema.type;
    case 'array':
      return schema.prefixItems
        ? `[${schema.prefixItems.map(one).join(', ')}]`
        : `${one(schema.items ?? {})}[]`;
    case 'object':
      return objectOf(schema, side);
    default:
      return 'unknown';
  }
}

function objectOf(schema, side) {
  if (!schema.properties) {
    const { additionalProperties: value } = schema;
    return `Record<string, ${typeof value === 'object' ? typeOf(value, side) : 'unknown'}>`;
  }
  const fields = Object.entries(schema.properties).map(([name, inner]) => {
    const isThere = side === 'said' || schema.required?.includes(name);
    return `${JSON.stringify(name)}${isThere ? '' : '?'}: ${typeOf(inner, side)}`;
  });
  return `{ ${fields.join('; ')} }`;
}

/** Open files as a project of their own, under the rules that the panels are built by. */
function open(name, files) {
  const path = join(folder, `tsconfig.${name}.json`);
  const options = { composite: false, incremental: false, noEmit: true, rootDir: '/' };
  writeFileSync(
    path,
    JSON.stringify({ extends: join(extensions, 'tsconfig.base.json'), compilerOptions: options, files })
  );
  return api.updateSnapshot({ openProjects: [path] }).getProject(path);
}

function exportsOf(program, checker, path) {
  return checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(path)));
}
