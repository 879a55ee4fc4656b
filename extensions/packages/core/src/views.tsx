import { nullTranslator, TranslationBundle } from '@jupyterlab/translation';
import { Button, LabIcon, refreshIcon } from '@jupyterlab/ui-components';
import React from 'react';
import { Role } from './contract';
import { ago, moment } from './format';
import { useSignal } from './hooks';
import { sentence, ServiceError } from './request';
import { IWorkspaces } from './workspaces';

export const Translated = React.createContext<TranslationBundle>(nullTranslator.load('onedata'));

/** The translator of the view. */
export function useTrans(): TranslationBundle {
  return React.useContext(Translated);
}

/** Something is under way. Shown after a moment only: what is quick should not flicker. */
export function Busy(props: { what?: string }): React.JSX.Element {
  const trans = useTrans();
  return (
    <div className="od-Busy" role="status">
      <span className="od-Busy-dots" aria-hidden="true" />
      {props.what ?? trans.__('Loading …')}
    </div>
  );
}

/** What a service said when it refused, with a way to try again. */
export function Refusal(props: { error: unknown; onRetry?: () => void }): React.JSX.Element {
  const trans = useTrans();
  const { error } = props;
  return (
    <div className="od-Refusal" role="alert">
      <p>{sentence(error)}</p>
      {error instanceof ServiceError && error.errors.length > 1 && (
        <ul>
          {error.errors.map((one, place) => (
            <li key={place}>
              <code>{one.where}</code> {one.message}
            </li>
          ))}
        </ul>
      )}
      {props.onRetry && (
        <Button small onClick={props.onRetry}>
          {trans.__('Try again')}
        </Button>
      )}
    </div>
  );
}

/** Nothing is here yet; says what would put something here. */
export function Empty(props: {
  icon?: LabIcon;
  title: string;
  children?: React.ReactNode;
}): React.JSX.Element {
  return (
    <div className="od-Empty">
      {props.icon && <props.icon.react tag="div" className="od-Empty-icon" />}
      <h3>{props.title}</h3>
      {props.children}
    </div>
  );
}

export type Fact = [name: string, value: React.ReactNode];

/** What is known of a thing, by name. */
export function FactList(props: { facts: Fact[] }): React.JSX.Element {
  return (
    <dl className="od-Facts">
      {props.facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A moment as "3 minutes ago"; in full where one points at it. */
export function Ago(props: { at: string }): React.JSX.Element {
  return (
    <time dateTime={props.at} title={moment(props.at)}>
      {ago(props.at)}
    </time>
  );
}

export function RefreshButton(props: { onClick: () => void; busy?: boolean }): React.JSX.Element {
  const label = useTrans().__('Refresh');
  return (
    <IconButton
      icon={refreshIcon}
      label={label}
      onClick={props.onClick}
      className={props.busy ? 'od-mod-busy' : ''}
    />
  );
}

export function IconButton(props: {
  icon: LabIcon;
  label: string;
  onClick: (event: React.MouseEvent) => void;
  className?: string;
  disabled?: boolean;
}): React.JSX.Element {
  return (
    <Button
      minimal
      small
      className={`od-IconButton ${props.className ?? ''}`}
      title={props.label}
      aria-label={props.label}
      disabled={props.disabled}
      onClick={props.onClick}
    >
      <props.icon.react tag="span" />
    </Button>
  );
}

export function SearchBox(props: {
  label: string;
  value: string;
  onChange: (value: string) => void;
}): React.JSX.Element {
  return (
    <input
      type="search"
      className="od-SearchBox jp-mod-styled"
      placeholder={props.label}
      aria-label={props.label}
      value={props.value}
      onChange={event => props.onChange(event.target.value)}
    />
  );
}

/** Choose the workspace that all panels show. */
export function WorkspaceSelect(props: { workspaces: IWorkspaces }): React.JSX.Element | null {
  const trans = useTrans();
  const { workspaces } = props;
  useSignal(workspaces.changed);
  if (!workspaces.current) {
    return null;
  }
  return (
    <label className="od-WorkspaceSelect" title={trans.__('Workspace')}>
      <span className="od-visually-hidden">{trans.__('Workspace')}</span>
      <select
        className="jp-mod-styled"
        value={workspaces.current.name}
        onChange={event => workspaces.choose(event.target.value)}
      >
        {workspaces.me?.workspaces.map(one => (
          <option key={one.name} value={one.name}>
            {one.name + roleNote(trans, one.role)}
          </option>
        ))}
      </select>
    </label>
  );
}

function roleNote(trans: TranslationBundle, role: Role): string {
  return role === 'viewer' ? ` (${trans.__('read only')})` : '';
}

/** Tabs by the pattern of the ARIA guide: arrows go from one to the next. */
export function Tabs(props: {
  label: string;
  tabs: { id: string; title: string; view: () => React.ReactNode }[];
  chosen: string;
  onChoose: (id: string) => void;
}): React.JSX.Element {
  const id = React.useId();
  const { tabs, chosen } = props;
  const shown = tabs.find(one => one.id === chosen) ?? tabs[0];
  const move = (event: React.KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) {
      const next = tabs[(tabs.indexOf(shown) + step + tabs.length) % tabs.length];
      props.onChoose(next.id);
      document.getElementById(`${id}-${next.id}`)?.focus();
      event.preventDefault();
    }
  };
  return (
    <div className="od-Tabs">
      <div role="tablist" aria-label={props.label} className="od-Tabs-list" onKeyDown={move}>
        {tabs.map(one => (
          <button
            key={one.id}
            id={`${id}-${one.id}`}
            role="tab"
            aria-selected={one === shown}
            aria-controls={`${id}-panel`}
            tabIndex={one === shown ? 0 : -1}
            className="od-Tabs-tab"
            onClick={() => props.onChoose(one.id)}
          >
            {one.title}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${shown.id}`} className="od-Tabs-panel">
        {shown.view()}
      </div>
    </div>
  );
}
