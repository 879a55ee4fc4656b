import { expect, test } from 'vitest';
import { parseSignature, typeOf } from './signature';

// As MLflow 3.17 wrote it: YAML folds the lines.
const FILE = `flavors:
  python_function:
    loader_module: mlflow.sklearn
signature:
  inputs: '[{"type": "double", "name": "distance", "required": true}, {"type": "long",
    "name": "the pilot''s hour", "required": false}]'
  outputs: '[{"type": "tensor", "tensor-spec": {"dtype": "float64", "shape": [-1, 3]}}]'
  params: null
type_hint_from_example: false
`;

test('a signature is read from the file as MLflow writes it', () => {
  expect(parseSignature(FILE)).toEqual({
    inputs: [
      { name: 'distance', type: 'double', isRequired: true },
      { name: "the pilot's hour", type: 'long', isRequired: false }
    ],
    outputs: [{ name: '', type: 'tensor(float64, -1 × 3)', isRequired: true }],
    params: []
  });
});

test('text that YAML wrote in double quotes is read too', () => {
  const file =
    'signature:\n  inputs: "[{\\"type\\": \\"long\\", \\"name\\": \\"gr\\xF6\\xDFe\\",\\\n    \\ \\"required\\": true}]"\n';
  expect(parseSignature(file)?.inputs).toEqual([{ name: 'größe', type: 'long', isRequired: true }]);
});

test('a file without a signature has none', () => {
  expect(parseSignature('flavors: {}\nsignature: null\n')).toBeNull();
  expect(parseSignature('')).toBeNull();
});

test('types inside of types are written out', () => {
  expect(typeOf({ type: 'array', items: { type: 'object', properties: { a: { type: 'long' } } } })).toBe(
    'array<{a: long}>'
  );
  expect(typeOf({ type: 'map', values: { type: 'string' } })).toBe('map<string, string>');
  expect(typeOf({})).toBe('?');
});

test('a parameter with a default is not required', () => {
  const file = `signature:\n  params: '[{"name": "top", "type": "long", "default": 3, "shape": null}]'\n`;
  expect(parseSignature(file)?.params).toEqual([{ name: 'top', type: 'long', isRequired: false }]);
});
