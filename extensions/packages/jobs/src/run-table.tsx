import { caretDownIcon, caretRightIcon } from '@jupyterlab/ui-components';
import { Ago, duration, IWorkspaces, useTrans } from '@onedata/core';
import React from 'react';
import { RunProgress, StateBadge } from './badge';
import { RunSummary } from './contract';
import { JobHost } from './host';
import { RunDetails } from './run';
import { secondsOf } from './states';

interface RunTableProps {
  workspaces: IWorkspaces;
  host: JobHost;
  workspace: string;
  runs: RunSummary[];
  /** The run whose row is open. */
  open: string | null;
  onOpen: (id: string | null) => void;
  onJob: (id: string) => void;
  onChanged: () => void;
}

/** Runs as a table; a row opens to show all of the run. */
export function RunTable(props: RunTableProps): React.JSX.Element {
  const trans = useTrans();
  const heads = [
    trans.__('State'),
    trans.__('Job'),
    trans.__('Progress'),
    trans.__('Duration'),
    trans.__('Started'),
    trans.__('By')
  ];
  return (
    <table className="od-Table od-JobRuns" aria-label={trans.__('Runs')}>
      <thead>
        <tr>
          {heads.map(one => (
            <th key={one} scope="col">
              {one}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {props.runs.map(run => (
          <RunRow key={run.id} {...props} run={run} />
        ))}
      </tbody>
    </table>
  );
}

function RunRow(props: RunTableProps & { run: RunSummary }): React.JSX.Element {
  const { run, onOpen, onJob } = props;
  const trans = useTrans();
  const id = React.useId();
  const isOpen = props.open === run.id;
  const Caret = isOpen ? caretDownIcon : caretRightIcon;
  const seconds = secondsOf(run);
  const { cells_done } = run.progress;
  return (
    <>
      <tr className={isOpen ? 'od-mod-open' : undefined} aria-current={isOpen || undefined}>
        <td>
          <button
            className="od-JobRuns-toggle"
            aria-expanded={isOpen}
            aria-controls={isOpen ? id : undefined}
            title={isOpen ? trans.__('Close') : trans.__('Show all of this run')}
            onClick={() => onOpen(isOpen ? null : run.id)}
          >
            <Caret.react tag="span" aria-hidden="true" />
            <StateBadge state={run.state} />
          </button>
        </td>
        <th scope="row">
          <button className="od-Link" onClick={() => onJob(run.job_id)}>
            {run.job_name}
          </button>
        </th>
        <td className="od-Table-words">
          <RunProgress run={run} />
        </td>
        <td>{seconds === null ? '–' : duration(seconds)}</td>
        <td>
          <Ago at={run.started_at ?? run.due_at} />
        </td>
        <td>
          {run.created_by}
          {run.trigger === 'schedule' && <span className="od-muted"> · {trans.__('schedule')}</span>}
        </td>
      </tr>
      {isOpen && (
        <tr className="od-JobRuns-details" id={id}>
          <td colSpan={6}>
            <RunDetails {...props} id={run.id} seen={`${run.state}/${run.attempt}/${cells_done}`} />
          </td>
        </tr>
      )}
    </>
  );
}
