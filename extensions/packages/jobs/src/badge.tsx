import { TranslationBundle } from '@jupyterlab/translation';
import {
  checkIcon,
  circleEmptyIcon,
  closeIcon,
  errorIcon,
  historyIcon,
  jumpForwardIcon,
  LabIcon,
  refreshIcon
} from '@jupyterlab/ui-components';
import { useTrans } from '@onedata/core';
import React from 'react';
import { Progress, RunState, RunSummary } from './contract';
import { saidOf } from './states';

const ICONS: Record<RunState, LabIcon> = {
  queued: circleEmptyIcon,
  running: refreshIcon,
  succeeded: checkIcon,
  failed: errorIcon,
  cancelled: closeIcon,
  timed_out: historyIcon,
  skipped: jumpForwardIcon
};

export function stateWord(state: RunState, trans: TranslationBundle): string {
  return {
    queued: trans.__('queued'),
    running: trans.__('running'),
    succeeded: trans.__('succeeded'),
    failed: trans.__('failed'),
    cancelled: trans.__('cancelled'),
    timed_out: trans.__('timed out'),
    skipped: trans.__('skipped')
  }[state];
}

/** A run's state: an icon and a word, and a colour beside. */
export function StateBadge(props: { state: RunState }): React.JSX.Element {
  const trans = useTrans();
  const Icon = ICONS[props.state] ?? circleEmptyIcon;
  return (
    <span className={`od-JobState od-mod-${props.state}`}>
      <Icon.react tag="span" className="od-JobState-icon" aria-hidden="true" />
      {stateWord(props.state, trans)}
    </span>
  );
}

/** How far a run is, in code cells, with the cell it is at; for a failed one, the cell and its error. */
export function RunProgress(props: { run: RunSummary }): React.JSX.Element {
  const { run } = props;
  const trans = useTrans();
  const { cells_total, cells_done, current_name } = run.progress;
  const said = saidOf(run);
  return (
    <div className="od-JobProgress">
      {cells_total > 0 && (
        <span className="od-JobProgress-count">
          <progress max={cells_total} value={cells_done} aria-label={trans.__('Cells done')} />
          {cellCount(run.progress, trans)}
        </span>
      )}
      {run.state === 'running' && current_name && <span className="od-muted">{current_name}</span>}
      {run.failing_cell !== null && (
        <span className="od-JobProgress-failure">{trans.__('Failed in cell “%1”', run.failing_cell)}</span>
      )}
      {said && <span className="od-JobProgress-message">{said}</span>}
    </div>
  );
}

function cellCount(progress: Progress, trans: TranslationBundle): string {
  return trans.__('%1 of %2 cells', progress.cells_done, progress.cells_total);
}
