import { IWorkspaces, Refusal, useTrans } from '@onedata/core';
import React from 'react';
import { FormRequest, JobHost } from './host';
import { FormDraft } from './kept';

export interface JobFormProps {
  workspaces: IWorkspaces;
  host: JobHost;
  request: FormRequest;
  /** Called when the form has done its work or was given up. */
  onDone: () => void;
  /** Called with what is to be kept over a reload, when somebody has stopped typing. */
  onKeep?: (draft: FormDraft) => void;
}

/** Keeps whether something is being sent, and what was refused. */
export function useSending(): {
  busy: boolean;
  error: unknown;
  send: (what: () => Promise<void>) => void;
} {
  const [busy, setBusy] = React.useState(false);
  const [error, setError] = React.useState<unknown>(null);
  const send = (what: () => Promise<void>): void => {
    setBusy(true);
    setError(null);
    what()
      .catch(setError)
      .finally(() => setBusy(false));
  };
  return { busy, error, send };
}

/** The frame of all forms: a heading, sections, what was refused, and the buttons. */
export function FormPage(props: {
  title: string;
  children: React.ReactNode;
  accept: string;
  error: unknown;
  /** Parameters that were not given and must be. */
  lacking?: string[];
  disabled: boolean;
  onAccept: () => void;
  onCancel: () => void;
}): React.JSX.Element {
  const trans = useTrans();
  const form = React.useRef<HTMLFormElement>(null);
  React.useEffect(() => {
    // What is wrong may be out of sight; the fields are marked when this runs.
    form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [props.error, props.lacking]);
  return (
    <form
      ref={form}
      className="od-Page od-JobForm"
      aria-label={props.title}
      noValidate
      onSubmit={event => {
        event.preventDefault();
        if (!props.disabled) {
          props.onAccept();
        }
      }}
    >
      <h2>{props.title}</h2>
      {props.children}
      {props.error ? <Refusal error={props.error} /> : null}
      <div className="od-JobForm-foot">
        <button type="submit" className="jp-mod-styled jp-mod-accept" disabled={props.disabled}>
          {props.accept}
        </button>
        <button type="button" className="jp-mod-styled jp-mod-reject" onClick={props.onCancel}>
          {trans.__('Cancel')}
        </button>
      </div>
    </form>
  );
}

export function Section(props: { title: string; children: React.ReactNode }): React.JSX.Element {
  return (
    <fieldset className="od-Section">
      <legend>{props.title}</legend>
      {props.children}
    </fieldset>
  );
}

export function MoreOptions(props: { open: boolean; children: React.ReactNode }): React.JSX.Element {
  const trans = useTrans();
  return (
    <details className="od-Section" open={props.open || undefined}>
      <summary>{trans.__('Overlap, retries, profile and notifications')}</summary>
      {props.children}
    </details>
  );
}

const OPTION_FIELDS = ['overlap', 'retries', 'timeout_seconds', 'profile', 'notifications'];

/** Say whether what was refused stands among the options, so that they must be seen. */
export function concernsOptions(problems: Record<string, string>): boolean {
  return OPTION_FIELDS.some(one => one in problems);
}
