import { TranslationBundle } from '@jupyterlab/translation';
import { useTrans } from '@onedata/core';
import React from 'react';
import { RunStatus } from './contract';

const MARKS: Record<RunStatus, string> = {
  RUNNING: '●',
  SCHEDULED: '○',
  FINISHED: '✓',
  FAILED: '✕',
  KILLED: '■'
};

export function statusWord(trans: TranslationBundle, status: RunStatus): string {
  const words: Record<RunStatus, string> = {
    RUNNING: trans.__('Running'),
    SCHEDULED: trans.__('Scheduled'),
    FINISHED: trans.__('Finished'),
    FAILED: trans.__('Failed'),
    KILLED: trans.__('Stopped')
  };
  return words[status] ?? status;
}

/** A run's state: a sign and its word; the sign alone where room is short. */
export function Status(props: { status: RunStatus; short?: boolean }): React.JSX.Element {
  const word = statusWord(useTrans(), props.status);
  return (
    <span className={`od-RunStatus od-mod-${props.status.toLowerCase()}`} title={word}>
      <span aria-hidden="true">{MARKS[props.status] ?? '?'}</span>
      <span className={props.short ? 'od-visually-hidden' : ''}>{word}</span>
    </span>
  );
}
