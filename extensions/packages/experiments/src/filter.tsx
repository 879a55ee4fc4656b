import { Button } from '@jupyterlab/ui-components';
import { Refusal, ServiceError, useTrans } from '@onedata/core';
import React from 'react';

/** MLflow's own filter, applied by Enter. */
export function FilterForm(props: { filter: string; onFilter: (filter: string) => void }): React.JSX.Element {
  const trans = useTrans();
  const [text, setText] = React.useState(props.filter);
  return (
    <form
      className="od-Filter"
      role="search"
      onSubmit={event => {
        event.preventDefault();
        props.onFilter(text.trim());
      }}
    >
      <input
        type="search"
        className="od-SearchBox jp-mod-styled"
        aria-label={trans.__('Filter runs')}
        placeholder={'metrics.loss < 0.1 and params.solver = "auto"'}
        title={trans.__(
          'MLflow’s filter: conditions on metrics, params, tags and attributes, joined by “and”'
        )}
        spellCheck={false}
        value={text}
        onChange={event => {
          setText(event.target.value);
          if (event.target.value === '') {
            props.onFilter('');
          }
        }}
      />
      <Button small className="jp-mod-styled" type="submit">
        {trans.__('Filter')}
      </Button>
    </form>
  );
}

/** A refusal of a filter, with how one is written. */
export function FilterRefusal(props: {
  error: unknown;
  filter: string;
  onRetry: () => void;
}): React.JSX.Element {
  const trans = useTrans();
  const isSyntax = props.error instanceof ServiceError && props.error.status === 400 && props.filter !== '';
  return (
    <>
      <Refusal error={props.error} onRetry={isSyntax ? undefined : props.onRetry} />
      {isSyntax && (
        <p className="od-muted od-Filter-hint">
          {trans.__('Write conditions as in')}{' '}
          <code>{'metrics.loss < 0.1 and params.solver = "auto" and attributes.run_name LIKE "ridge%"'}</code>
        </p>
      )}
    </>
  );
}
