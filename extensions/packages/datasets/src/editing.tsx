import { Button, editIcon } from '@jupyterlab/ui-components';
import { IconButton, Refusal, useTrans } from '@onedata/core';
import React from 'react';

/** A text that becomes a field when one may change it: Enter saves, Escape gives up. */
export function EditableText(props: {
  label: string;
  value: string;
  mayEdit: boolean;
  onSave: (value: string) => Promise<void>;
  compact?: boolean;
}): React.JSX.Element {
  const trans = useTrans();
  const [draft, setDraft] = React.useState<string | null>(null);
  const [error, setError] = React.useState<unknown>(null);
  const [busy, setBusy] = React.useState(false);
  const [host, returnFocus] = useReturnedFocus(draft === null);
  const close = (): void => {
    setDraft(null);
    setError(null);
    returnFocus();
  };
  const save = (): void => {
    if (draft === null || draft === props.value) {
      return close();
    }
    setBusy(true);
    props
      .onSave(draft)
      .then(close, setError)
      .finally(() => setBusy(false));
  };
  if (draft === null) {
    return (
      <div className={`od-Editable ${props.compact ? 'od-mod-compact' : ''}`} ref={host}>
        <span className={props.value ? '' : 'od-muted'}>
          {props.value || (props.mayEdit && !props.compact ? trans.__('No description') : '')}
        </span>
        {props.mayEdit && (
          <IconButton
            icon={editIcon}
            label={trans.__('Edit: %1', props.label)}
            onClick={() => setDraft(props.value)}
          />
        )}
      </div>
    );
  }
  return (
    <div className="od-Editable od-mod-open">
      <textarea
        className="jp-mod-styled"
        aria-label={props.label}
        autoFocus
        rows={props.compact ? 1 : 2}
        value={draft}
        readOnly={busy}
        onChange={event => setDraft(event.target.value)}
        onKeyDown={event => {
          if (event.key === 'Enter' && !event.shiftKey) {
            event.preventDefault();
            save();
          } else if (event.key === 'Escape') {
            event.stopPropagation();
            close();
          }
        }}
      />
      <Button small onClick={save} disabled={busy}>
        {trans.__('Save')}
      </Button>
      <Button small minimal onClick={close} disabled={busy}>
        {trans.__('Cancel')}
      </Button>
      {error ? <Refusal error={error} /> : null}
    </div>
  );
}

/** Give the focus back to the button that a field came from, once the field has gone. */
function useReturnedFocus(isClosed: boolean): [React.RefObject<HTMLDivElement>, () => void] {
  const host = React.useRef<HTMLDivElement>(null);
  const isDue = React.useRef(false);
  React.useEffect(() => {
    if (isClosed && isDue.current) {
      isDue.current = false;
      host.current?.querySelector('button')?.focus();
    }
  }, [isClosed]);
  const returnFocus = React.useCallback(() => {
    isDue.current = true;
  }, []);
  return [host, returnFocus];
}

/** The tags of a dataset; an editor adds and removes them. */
export function TagEditor(props: {
  tags: string[];
  mayEdit: boolean;
  onSave: (tags: string[]) => Promise<void>;
}): React.JSX.Element {
  const trans = useTrans();
  const [text, setText] = React.useState('');
  const [error, setError] = React.useState<unknown>(null);
  const field = React.useRef<HTMLInputElement>(null);
  const save = (tags: string[]): void => {
    setError(null);
    props.onSave(tags).then(() => setText(''), setError);
  };
  const remove = (tag: string): void => {
    field.current?.focus(); // the button goes with its tag
    save(props.tags.filter(one => one !== tag));
  };
  const add = (): void => {
    const tag = text.trim();
    if (tag && !props.tags.includes(tag)) {
      save([...props.tags, tag]);
    }
  };
  return (
    <div className="od-Tags">
      {props.tags.map(tag => (
        <span key={tag} className="od-Tag">
          {tag}
          {props.mayEdit && (
            <button aria-label={trans.__('Remove tag %1', tag)} onClick={() => remove(tag)}>
              ×
            </button>
          )}
        </span>
      ))}
      {props.mayEdit && (
        <input
          ref={field}
          className="od-TagEditor-new jp-mod-styled"
          aria-label={trans.__('Add a tag')}
          placeholder={trans.__('Add a tag')}
          value={text}
          onChange={event => setText(event.target.value)}
          onKeyDown={event => event.key === 'Enter' && add()}
          onBlur={add}
        />
      )}
      {error ? <Refusal error={error} /> : null}
    </div>
  );
}
