import '@onedata/core/style/base.css';
import { TranslationBundle } from '@jupyterlab/translation';
import type { LoggedModel } from '@onedata/experiments';
import { Widget } from '@lumino/widgets';

export interface Registration {
  name: string;
  modelId: string;
  description: string;
}

/** Asks under which name a run's model is registered; the dialog reads it from `getValue`. */
export class RegisterForm extends Widget {
  /**
   * @param models What the run logged.
   * @param names The models that are registered already.
   */
  constructor(models: LoggedModel[], names: string[], trans: TranslationBundle) {
    super();
    this.addClass('od-Form');
    this._name.name = 'name';
    this._name.required = true;
    this._name.setAttribute('list', 'onedata-model-names');
    this._name.placeholder = trans.__('A new name, or a model that is there');
    const known = document.createElement('datalist');
    known.id = 'onedata-model-names';
    known.append(...names.map(one => new Option(one, one)));
    for (const { info } of models) {
      this._model.append(new Option(`${info.name} (${info.model_id})`, info.model_id));
    }
    this._description.rows = 3;
    [this._name, this._model, this._description].forEach(one => one.classList.add('jp-mod-styled'));
    this.node.append(labelled(trans.__('Name of the model'), this._name), known);
    if (models.length > 1) {
      this.node.append(labelled(trans.__('Which of the run’s models'), this._model));
    }
    this.node.append(labelled(trans.__('Description of this version'), this._description));
  }

  getValue(): Registration {
    return {
      name: this._name.value.trim(),
      modelId: this._model.value,
      description: this._description.value.trim()
    };
  }

  private readonly _name = document.createElement('input');
  private readonly _model = document.createElement('select');
  private readonly _description = document.createElement('textarea');
}

function labelled(text: string, control: HTMLElement): HTMLLabelElement {
  const label = document.createElement('label');
  label.append(Object.assign(document.createElement('span'), { textContent: text }), control);
  return label;
}
