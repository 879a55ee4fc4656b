export interface NodeId {
  kind: string;
  workspace: string;
  name: string;
  version: string | null;
}

/** Read `kind:workspace/name[@version]`; only datasets and models have versions, paths may hold an `@`. */
export function parseNode(id: string): NodeId | null {
  const [, kind, workspace, rest] = /^([a-z]+):([^/]+)\/(.+)$/s.exec(id) ?? [];
  if (!kind) {
    return null;
  }
  const at = kind === 'dataset' || kind === 'model' ? /^(.+)@([^@/]+)$/s.exec(rest) : null;
  return { kind, workspace, name: at?.[1] ?? rest, version: at?.[2] ?? null };
}
