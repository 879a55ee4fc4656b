import React from 'react';

/** What a control takes so that readers of the screen hear its help and what is wrong with it. */
export interface ControlProps {
  id: string;
  'aria-describedby'?: string;
  'aria-invalid'?: boolean;
}

/** A label over a control, with help below it and what the service said is wrong. */
export function Field(props: {
  label: string;
  note?: string;
  help?: React.ReactNode;
  problem?: string;
  children: (control: ControlProps) => React.ReactNode;
}): React.JSX.Element {
  const id = React.useId();
  const { help, problem } = props;
  const told = Object.entries({ note: props.note, help, problem })
    .filter(([, words]) => words)
    .map(([part]) => `${id}-${part}`)
    .join(' ');
  return (
    <div className={`od-Field ${problem ? 'od-mod-wrong' : ''}`}>
      <div>
        <label htmlFor={id}>{props.label}</label>
        {props.note && (
          <span className="od-Field-note" id={`${id}-note`}>
            {props.note}
          </span>
        )}
      </div>
      {props.children({
        id,
        'aria-describedby': told || undefined,
        'aria-invalid': problem ? true : undefined
      })}
      {help && (
        <div className="od-Field-help" id={`${id}-help`}>
          {help}
        </div>
      )}
      {problem && (
        <div className="od-Field-problem" id={`${id}-problem`}>
          {problem}
        </div>
      )}
    </div>
  );
}
