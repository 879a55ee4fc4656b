import { variableName } from '@onedata/core/lib/refs';

/**
 * The Python that loads a model, by its alias where it has one.
 *
 * @param workspace Named only where it is not the one that the kernel works in.
 */
export function codeToLoadModel(
  name: string,
  version: string,
  alias: string | null,
  workspace: string | null
): string {
  const place = alias ? `models:/${name}@${alias}` : `models:/${name}/${version}`;
  const inside = workspace ? `mlflow.set_workspace(${JSON.stringify(workspace)})\n` : '';
  return `import mlflow\n\n${inside}${variableName(name)} = mlflow.pyfunc.load_model(${JSON.stringify(place)})\n`;
}
