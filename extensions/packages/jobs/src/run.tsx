import { Button } from '@jupyterlab/ui-components';
import {
  Busy,
  Fact,
  FactList,
  IWorkspaces,
  moment,
  parseRef,
  Refusal,
  useLoaded,
  useTrans
} from '@onedata/core';
import React from 'react';
import { cancelRun, outputAddress, readRun, retryRun } from './api';
import { CellFailure, Run } from './contract';
import { JobHost } from './host';
import { plain } from './log';
import { LogView } from './log-view';
import { ProfileName } from './profiles';
import { isFinal, isRetryable, waitsForPage } from './states';

export interface RunDetailsProps {
  workspaces: IWorkspaces;
  host: JobHost;
  workspace: string;
  id: string;
  /** Changes when the list has seen something new of the run. */
  seen: string;
  onChanged: () => void;
}

/** One run in full: what failed, what it was given, what it made, and its log. */
export function RunDetails(props: RunDetailsProps): React.JSX.Element {
  const { workspace, id } = props;
  const [seconds, setSeconds] = React.useState(0);
  const found = useLoaded(signal => readRun(workspace, id, signal), [workspace, id], seconds);
  React.useEffect(() => setSeconds(found.value && waitsForPage(found.value) ? 2 : 0), [found.value]);
  const { reload } = found;
  const first = React.useRef(props.seen);
  React.useEffect(() => {
    if (first.current !== props.seen) {
      first.current = props.seen;
      reload();
    }
  }, [props.seen, reload]);
  const run = found.value;
  if (!run) {
    return found.error ? <Refusal error={found.error} onRetry={found.reload} /> : <Busy />;
  }
  return <Details {...props} run={run} />;
}

function Details(props: RunDetailsProps & { run: Run }): React.JSX.Element {
  const { run, host } = props;
  const trans = useTrans();
  return (
    <div className="od-JobRun">
      <Actions {...props} />
      {run.failure && <Failure failure={run.failure} />}
      <Facts run={run} host={host} />
      <Given run={run} />
      <Data title={trans.__('Datasets read')} refs={run.datasets_read} host={host} />
      <Data title={trans.__('Datasets written')} refs={run.datasets_written} host={host} />
      {isFinal(run.state) && !run.started_at ? null : (
        <section aria-label={trans.__('Log of the run')}>
          <h3>{trans.__('Log')}</h3>
          <LogView run={run} />
        </section>
      )}
    </div>
  );
}

function Actions(props: RunDetailsProps & { run: Run }): React.JSX.Element {
  const { run, host, workspaces, onChanged } = props;
  const trans = useTrans();
  const [busy, setBusy] = React.useState(false);
  const send = (what: () => Promise<unknown>): void => {
    setBusy(true);
    what()
      .catch(error => host.say(error))
      .finally(() => {
        setBusy(false);
        onChanged();
      });
  };
  const { workspace, id, state, outputs } = run;
  const mayWrite = workspaces.may('editor', workspace);
  const again = (): void =>
    host.openForm({
      kind: 'again',
      workspace,
      job: run.job_id,
      name: run.job_name,
      parameters: run.parameters
    });
  return (
    <div className="od-JobRun-actions">
      {outputs.includes('executed.ipynb') && (
        <Button small disabled={busy} onClick={() => send(() => host.openNotebook(run, 'executed.ipynb'))}>
          {trans.__('Open executed notebook')}
        </Button>
      )}
      {outputs.includes('executed.html') && (
        <Download run={run} output="executed.html">
          {trans.__('Save as HTML')}
        </Download>
      )}
      {outputs.includes('log.txt') && (
        <Download run={run} output="log.txt">
          {trans.__('Save the log')}
        </Download>
      )}
      {mayWrite && isFinal(state) && (
        <Button small onClick={again}>
          {trans.__('Run again…')}
        </Button>
      )}
      {mayWrite && isRetryable(state) && (
        <Button small disabled={busy} onClick={() => send(() => retryRun(workspace, id))}>
          {trans.__('Retry')}
        </Button>
      )}
      {mayWrite && !isFinal(state) && (
        <Button small disabled={busy} onClick={() => send(() => cancelRun(workspace, id))}>
          {trans.__('Cancel run')}
        </Button>
      )}
    </div>
  );
}

function Download(props: { run: Run; output: string; children: React.ReactNode }): React.JSX.Element {
  const { run, output } = props;
  return (
    <a className="od-Link" href={outputAddress(run.workspace, run.id, output)} download>
      {props.children}
    </a>
  );
}

function Failure(props: { failure: CellFailure }): React.JSX.Element {
  const { failure } = props;
  const trans = useTrans();
  return (
    <section className="od-JobFailure" aria-label={trans.__('Failure')}>
      <h3>{trans.__('Failed in cell %1, “%2”', failure.index + 1, failure.name)}</h3>
      <pre className="od-JobCode">{failure.source}</pre>
      <p className="od-JobFailure-error">
        <strong>{failure.error_name}</strong>: {failure.error_message}
      </p>
      {failure.traceback && (
        <details>
          <summary>{trans.__('Traceback')}</summary>
          <pre className="od-JobCode">{plain(failure.traceback)}</pre>
        </details>
      )}
    </section>
  );
}

function Facts(props: { run: Run; host: JobHost }): React.JSX.Element {
  const { run } = props;
  const trans = useTrans();
  const facts: Fact[] = [
    [trans.__('Run'), <code>{run.id}</code>],
    [trans.__('Attempt'), run.attempt],
    [trans.__('Started'), run.started_at ? moment(run.started_at) : '–'],
    [trans.__('Ended'), run.finished_at ? moment(run.finished_at) : '–'],
    [trans.__('Profile'), <ProfileName of={run} />]
  ];
  if (run.trigger === 'schedule') {
    facts.splice(2, 0, [trans.__('Due'), moment(run.due_at)]);
  }
  if (run.mlflow_runs.length > 0) {
    facts.push([trans.__('MLflow runs'), <MlflowRuns run={run} host={props.host} />]);
  }
  return <FactList facts={facts} />;
}

/** The runs that the notebook tracked, each leading to its page. */
function MlflowRuns(props: { run: Run; host: JobHost }): React.JSX.Element {
  const { workspace, mlflow_runs } = props.run;
  const { openMlflowRun } = props.host;
  return (
    <>
      {mlflow_runs.map((one, place) => (
        <React.Fragment key={one}>
          {place > 0 && ', '}
          {openMlflowRun ? (
            <button className="od-Link" onClick={() => openMlflowRun(workspace, one)}>
              {one}
            </button>
          ) : (
            one
          )}
        </React.Fragment>
      ))}
    </>
  );
}

function Given(props: { run: Run }): React.JSX.Element | null {
  const trans = useTrans();
  const given = Object.entries(props.run.parameters);
  if (given.length === 0) {
    return null;
  }
  return (
    <section aria-label={trans.__('Parameters')}>
      <h3>{trans.__('Parameters')}</h3>
      <dl className="od-Facts">
        {given.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <code>{JSON.stringify(value)}</code>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Data(props: { title: string; refs: string[]; host: JobHost }): React.JSX.Element | null {
  if (props.refs.length === 0) {
    return null;
  }
  return (
    <p className="od-JobRun-data">
      <span className="od-muted">{props.title}: </span>
      {props.refs.map(one =>
        parseRef(one) ? (
          <button key={one} className="od-Link" onClick={() => props.host.openDataset(one)}>
            {one}
          </button>
        ) : (
          <span key={one}>{one}</span>
        )
      )}
    </p>
  );
}
