import '@onedata/core/style/base.css';
import { TranslationBundle } from '@jupyterlab/translation';
import { IWorkspaces } from '@onedata/core';
import { Widget } from '@lumino/widgets';

/** Asks for name, workspace and description; the dialog reads them from `getValue`. */
export class PublishForm extends Widget {
  constructor(path: string, workspaces: IWorkspaces, trans: TranslationBundle) {
    super();
    this.addClass('od-Form');
    this._name = field('input', 'name', datasetName(path));
    this._workspace = field('select', 'workspace', '');
    for (const one of workspaces.me?.workspaces ?? []) {
      if (one.role !== 'viewer') {
        this._workspace.append(new Option(one.name, one.name, false, one.name === workspaces.current?.name));
      }
    }
    this._description = field('textarea', 'description', '');
    this._description.rows = 3;
    this._description.placeholder = trans.__('What it is; left empty, it stays as it was');
    this.node.append(
      labelled(trans.__('File or folder'), Object.assign(document.createElement('output'), { value: path })),
      labelled(trans.__('Name of the dataset'), this._name),
      labelled(trans.__('Workspace'), this._workspace),
      labelled(trans.__('Description'), this._description)
    );
  }

  getValue(): { name: string; workspace: string; description: string } {
    return {
      name: this._name.value.trim(),
      workspace: this._workspace.value,
      description: this._description.value.trim()
    };
  }

  private readonly _name: HTMLInputElement;
  private readonly _workspace: HTMLSelectElement;
  private readonly _description: HTMLTextAreaElement;
}

/** `raw/My Flights 2026.parquet` → `my-flights-2026`. */
export function datasetName(path: string): string {
  const name = path
    .split('/')
    .pop()!
    .replace(/(\.(csv|tsv|json|jsonl|ndjson|parquet|pq|arrow|feather|ipc|gz|zst))+$/i, '');
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/\.{2,}/g, '.')
    .replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, '')
    .slice(0, 100);
  return plain || 'dataset';
}

function field<K extends 'input' | 'select' | 'textarea'>(
  kind: K,
  name: string,
  value: string
): HTMLElementTagNameMap[K] {
  const made = document.createElement(kind);
  made.name = name;
  made.value = value;
  made.className = 'jp-mod-styled';
  return made;
}

function labelled(text: string, control: HTMLElement): HTMLLabelElement {
  const label = document.createElement('label');
  label.append(Object.assign(document.createElement('span'), { textContent: text }), control);
  return label;
}
