import { useTrans } from '@onedata/core';
import { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';
import { ParameterSpec } from './contract';
import { Field } from './field';
import { baseOf, Draft, draftOf, Drafts, Values } from './values';

/** A field for each parameter of a notebook. */
export function Parameters(props: {
  specs: ParameterSpec[];
  drafts: Drafts;
  /** The job's own values, over the notebook's defaults. */
  own: Values;
  problems: Record<string, string>;
  onChange: (drafts: Drafts) => void;
}): React.JSX.Element {
  const { specs, drafts, own, problems, onChange } = props;
  const trans = useTrans();
  if (specs.length === 0) {
    return (
      <p className="od-muted">
        {trans.__('This notebook takes no parameters. Tag a code cell “parameters” to ask for values here.')}
      </p>
    );
  }
  return (
    <div className="od-Fields">
      {specs.map(spec => (
        <ParameterField
          key={spec.name}
          spec={spec}
          draft={drafts[spec.name] ?? draftOf(spec, baseOf(spec, own))}
          problem={problems[`parameters.${spec.name}`]}
          onChange={draft => onChange({ ...drafts, [spec.name]: draft })}
        />
      ))}
    </div>
  );
}

function ParameterField(props: {
  spec: ParameterSpec;
  draft: Draft;
  problem?: string;
  onChange: (draft: Draft) => void;
}): React.JSX.Element {
  const { spec, draft, onChange } = props;
  const trans = useTrans();
  const note = [typeWord(spec, trans), spec.required ? trans.__('required') : ''].filter(Boolean).join(', ');
  return (
    <Field label={spec.name} note={note} help={spec.help} problem={props.problem}>
      {control => (
        <span className="od-Parameter">
          <ValueControl {...props} control={control} />
          {spec.optional && (
            <label className="od-Check">
              <input
                type="checkbox"
                checked={draft.none}
                onChange={event => onChange({ ...draft, none: event.target.checked })}
              />
              {trans.__('None')}
            </label>
          )}
        </span>
      )}
    </Field>
  );
}

function ValueControl(props: {
  spec: ParameterSpec;
  draft: Draft;
  control: object;
  onChange: (draft: Draft) => void;
}): React.JSX.Element {
  const { spec, draft, control, onChange } = props;
  const trans = useTrans();
  const common = {
    ...control,
    className: 'jp-mod-styled',
    value: draft.none ? '' : draft.text,
    onChange: (event: { target: { value: string } }) => onChange({ text: event.target.value, none: false })
  };
  const choices = spec.choices ?? (spec.type === 'bool' ? [true, false] : null);
  if (choices) {
    const texts = choices.map(one => draftOf(spec, one).text);
    return (
      <select {...common}>
        {!texts.includes(common.value) && (
          <option value={common.value}>{common.value || emptyWord(spec, draft, trans)}</option>
        )}
        {texts.map(one => (
          <option key={one} value={one}>
            {one}
          </option>
        ))}
      </select>
    );
  }
  if (spec.type === 'list' || spec.type === 'dict') {
    return <textarea {...common} rows={2} spellCheck={false} placeholder={emptyWord(spec, draft, trans)} />;
  }
  const isDay = spec.type === 'date' && (draft.text === '' || /^\d{4}-\d{2}-\d{2}$/.test(draft.text));
  return (
    <input
      {...common}
      type={isDay ? 'date' : 'text'}
      inputMode={spec.type === 'int' ? 'numeric' : spec.type === 'float' ? 'decimal' : undefined}
      spellCheck={spec.type === 'str'}
      placeholder={emptyWord(spec, draft, trans)}
    />
  );
}

/** What an empty field means. */
function emptyWord(spec: ParameterSpec, draft: Draft, trans: TranslationBundle): string {
  if (draft.none) {
    return trans.__('None');
  }
  if (spec.required) {
    return spec.type === 'datetime' ? '2026-01-31T06:00:00' : '';
  }
  return spec.default === null && !spec.optional
    ? trans.__('as the notebook works it out')
    : trans.__('as the notebook has it');
}

function typeWord(spec: ParameterSpec, trans: TranslationBundle): string {
  return {
    str: trans.__('text'),
    int: trans.__('whole number'),
    float: trans.__('number'),
    bool: trans.__('true or false'),
    list: trans.__('list, as JSON'),
    dict: trans.__('object, as JSON'),
    date: trans.__('date'),
    datetime: trans.__('date and time'),
    any: trans.__('any value')
  }[spec.type];
}
