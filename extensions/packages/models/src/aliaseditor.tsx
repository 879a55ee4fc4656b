import { Refusal, useTrans } from '@onedata/core';
import React from 'react';
import { aliasesOf, versionOf } from './aliases';
import { removeAlias, setAlias } from './api';
import { RegisteredModel } from './contract';

/** The aliases of a version; an editor gives and takes them. */
export function AliasEditor(props: {
  workspace: string;
  model: RegisteredModel;
  version: string;
  mayEdit: boolean;
  onChanged: () => void;
}): React.JSX.Element {
  const { workspace, model, version, mayEdit } = props;
  const trans = useTrans();
  const [text, setText] = React.useState('');
  const [error, setError] = React.useState<unknown>(null);
  const field = React.useRef<HTMLInputElement>(null);
  const alias = text.trim().replace(/^@/, '');
  const moves = versionOf(alias, model.aliases);
  const change = (work: Promise<unknown>): void => {
    setError(null);
    work.then(() => {
      setText('');
      props.onChanged();
    }, setError);
  };
  const add = (): void => {
    if (alias && moves !== version) {
      change(setAlias(workspace, model.name, alias, version));
    }
  };
  return (
    <div className="od-Tags" role="group" aria-label={trans.__('Aliases of version %1', version)}>
      {aliasesOf(version, model.aliases).map(one => (
        <span key={one} className="od-Tag">
          @{one}
          {mayEdit && (
            <button
              aria-label={trans.__('Remove alias %1', one)}
              onClick={() => {
                field.current?.focus(); // the button goes with its alias
                change(removeAlias(workspace, model.name, one));
              }}
            >
              ×
            </button>
          )}
        </span>
      ))}
      {mayEdit && (
        <input
          ref={field}
          className="od-TagEditor-new jp-mod-styled"
          aria-label={trans.__('Add an alias')}
          placeholder={trans.__('Add an alias')}
          title={trans.__('A name that code can load instead of a number; Enter sets it')}
          value={text}
          onChange={event => setText(event.target.value)}
          onKeyDown={event => event.key === 'Enter' && add()}
        />
      )}
      {moves && moves !== version && (
        <span className="od-muted">{trans.__('Enter moves it here from version %1', moves)}</span>
      )}
      {error ? <Refusal error={error} /> : null}
    </div>
  );
}
