import { Button } from '@jupyterlab/ui-components';
import { SearchBox, useTrans } from '@onedata/core';
import React from 'react';
import { Column, ColumnKind, toggled } from './columns';
import { columnTitle } from './table';

const MOST_SHOWN = 200;

/** Choose which columns the table of runs has. */
export function ColumnChooser(props: {
  all: readonly Column[];
  chosen: readonly Column[];
  onChange: (columns: Column[] | null) => void;
}): React.JSX.Element {
  const trans = useTrans();
  const [isOpen, setOpen] = React.useState(false);
  const host = React.useRef<HTMLDivElement>(null);
  React.useEffect(() => {
    const close = (event: PointerEvent): void => {
      if (!host.current?.contains(event.target as Node)) {
        setOpen(false);
      }
    };
    document.addEventListener('pointerdown', close);
    return () => document.removeEventListener('pointerdown', close);
  }, []);
  const onKey = (event: React.KeyboardEvent): void => {
    if (event.key === 'Escape' && isOpen) {
      event.stopPropagation();
      setOpen(false);
      host.current?.querySelector('button')?.focus();
    }
  };
  return (
    <div className="od-Chooser" ref={host} onKeyDown={onKey}>
      <Button
        small
        className="jp-mod-styled"
        aria-expanded={isOpen}
        aria-haspopup="dialog"
        onClick={() => setOpen(!isOpen)}
      >
        {trans.__('Columns')} ▾
      </Button>
      {isOpen && <Choices {...props} />}
    </div>
  );
}

function Choices(props: {
  all: readonly Column[];
  chosen: readonly Column[];
  onChange: (columns: Column[] | null) => void;
}): React.JSX.Element {
  const { all, chosen } = props;
  const trans = useTrans();
  const [search, setSearch] = React.useState('');
  const wanted = search.trim().toLowerCase();
  const found = all.filter(one => columnTitle(trans, one).toLowerCase().includes(wanted));
  const kinds: [ColumnKind, string][] = [
    ['info', trans.__('Details')],
    ['metric', trans.__('Metrics')],
    ['param', trans.__('Parameters')],
    ['tag', trans.__('Tags')]
  ];
  return (
    <div className="od-Chooser-choices" role="dialog" aria-label={trans.__('Columns')}>
      <SearchBox label={trans.__('Search columns')} value={search} onChange={setSearch} />
      <div className="od-Chooser-list">
        {kinds.map(([kind, title]) => {
          const ofKind = found.filter(one => one.kind === kind).slice(0, MOST_SHOWN);
          return (
            ofKind.length > 0 && (
              <fieldset key={kind}>
                <legend>{title}</legend>
                {ofKind.map(one => (
                  <label key={one.id}>
                    <input
                      type="checkbox"
                      checked={chosen.some(shown => shown.id === one.id)}
                      onChange={() => props.onChange(toggled(chosen, one, all))}
                    />
                    {columnTitle(trans, one)}
                  </label>
                ))}
              </fieldset>
            )
          );
        })}
      </div>
      <button className="od-Link" onClick={() => props.onChange(null)}>
        {trans.__('Reset')}
      </button>
    </div>
  );
}
