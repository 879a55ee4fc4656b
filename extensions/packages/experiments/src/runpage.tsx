import { Button } from '@jupyterlab/ui-components';
import {
  Ago,
  Busy,
  DatasetRef,
  duration,
  Fact,
  FactList,
  IWorkspaces,
  refText,
  Refusal,
  Tabs,
  useLoaded,
  useTrans
} from '@onedata/core';
import React from 'react';
import { listLoggedModels, readExperiment, readRun } from './api';
import { LoggedModel } from './contract';
import { Curves } from './curves';
import { FilesView } from './files';
import { NotebookLink, NotebookActions } from './notebooklink';
import {
  commitOf,
  datasetsOf,
  isLive,
  jobRunOf,
  notebookOf,
  noteOf,
  Run,
  secondsOf,
  versionsOf
} from './run';
import { Status } from './status';
import { Tags, Values } from './values';

const LIVE_SECONDS = 4;

/** Where a run's links lead; what is not there yet is left out, and then no link is shown. */
export interface RunActions extends NotebookActions {
  openDataset: (ref: DatasetRef) => void;
  openExperiment: (workspace: string, id: string) => void;
  openModel: (workspace: string, name: string, version: string) => void;
  openJobRun: ((workspace: string, id: string) => void) | null;
  register: (workspace: string, run: Run, models: LoggedModel[]) => Promise<void>;
}

export interface RunPageProps {
  workspaces: IWorkspaces;
  workspace: string;
  runId: string;
  actions: RunActions;
}

/** One run: what it was given, what it measured, what it stands on, what it made. */
export function RunPage(props: RunPageProps): React.JSX.Element {
  const { workspace, runId } = props;
  const [live, setLive] = React.useState(true);
  const found = useLoaded(
    async signal => {
      const run = await readRun(workspace, runId, signal);
      setLive(isLive(run));
      return run;
    },
    [workspace, runId],
    live ? LIVE_SECONDS : 0
  );
  if (!found.value) {
    return found.error ? <Refusal error={found.error} onRetry={found.reload} /> : <Busy />;
  }
  return (
    <>
      {found.error ? <Refusal error={found.error} onRetry={found.reload} /> : null}
      <Shown {...props} run={found.value} />
    </>
  );
}

function Shown(props: RunPageProps & { run: Run }): React.JSX.Element {
  const { workspace, run } = props;
  const trans = useTrans();
  const [tab, setTab] = React.useState('values');
  const models = useLoaded(
    signal => listLoggedModels(workspace, run, signal),
    [workspace, run.id, run.modelIds.join(), run.status]
  );
  const tabs = [
    { id: 'values', title: trans.__('Values'), view: () => <Values run={run} /> },
    {
      id: 'curves',
      title: trans.__('Curves'),
      view: () => <Curves workspace={workspace} runs={[run]} />
    },
    {
      id: 'files',
      title: trans.__('Artefacts'),
      view: () => <FilesView workspace={workspace} run={run} models={models.value ?? []} />
    },
    { id: 'tags', title: trans.__('Tags'), view: () => <Tags run={run} /> }
  ];
  return (
    <div className="od-Page">
      <div className="od-Page-head">
        <div className="od-Page-title">
          <h2>{run.name}</h2>
          <Status status={run.status} />
          <Register {...props} models={models.value ?? []} onDone={models.reload} />
        </div>
        {noteOf(run) && <p className="od-RunNote">{noteOf(run)}</p>}
        <Facts {...props} models={models.value ?? []} />
      </div>
      {models.error ? <Refusal error={models.error} onRetry={models.reload} /> : null}
      <Tabs label={run.name} tabs={tabs} chosen={tab} onChoose={setTab} />
    </div>
  );
}

function Register(
  props: RunPageProps & { run: Run; models: LoggedModel[]; onDone: () => void }
): React.JSX.Element | null {
  const trans = useTrans();
  const { models, run, workspace } = props;
  if (models.length === 0 || !props.workspaces.may('editor', workspace)) {
    return null;
  }
  return (
    <Button
      className="jp-mod-styled jp-mod-accept"
      onClick={() => void props.actions.register(workspace, run, models).then(props.onDone)}
    >
      {trans.__('Register as model…')}
    </Button>
  );
}

function Facts(props: RunPageProps & { run: Run; models: LoggedModel[] }): React.JSX.Element {
  const { run, actions, workspace } = props;
  const trans = useTrans();
  const notebook = notebookOf(run);
  const seconds = secondsOf(run);
  const jobRun = jobRunOf(run);
  const commit = commitOf(run);
  const datasets = datasetsOf(run);
  const versions = props.models.flatMap(versionsOf);
  const experiment = useLoaded(
    signal => readExperiment(workspace, run.experimentId, signal),
    [workspace, run.experimentId]
  );
  const facts: Fact[] = [
    [
      trans.__('Experiment'),
      <button className="od-Link" onClick={() => actions.openExperiment(workspace, run.experimentId)}>
        {experiment.value?.name ?? run.experimentId}
      </button>
    ],
    [trans.__('Started'), <Ago at={new Date(run.startMs).toISOString()} />],
    [trans.__('Duration'), seconds === null ? '–' : duration(seconds)],
    [trans.__('By'), run.user || '–']
  ];
  if (notebook) {
    facts.push([
      trans.__('Notebook'),
      <NotebookLink run={run} workspace={workspace} notebook={notebook} actions={actions} />
    ]);
  }
  if (datasets.length) {
    facts.push([
      trans.__('Data read'),
      <Links items={datasets.map(ref => ({ text: refText(ref), open: () => actions.openDataset(ref) }))} />
    ]);
  }
  if (jobRun) {
    const open = actions.openJobRun;
    facts.push([
      trans.__('Job run'),
      open ? <Links items={[{ text: jobRun, open: () => open(workspace, jobRun) }]} /> : <code>{jobRun}</code>
    ]);
  }
  if (commit) {
    facts.push([trans.__('Commit'), <code title={commit}>{commit.slice(0, 10)}</code>]);
  }
  if (versions.length) {
    const items = versions.map(one => ({
      text: trans.__('%1, version %2', one.name, one.version),
      open: () => actions.openModel(workspace, one.name, one.version)
    }));
    facts.push([trans.__('Registered as'), <Links items={items} />]);
  }
  return <FactList facts={facts} />;
}

function Links(props: { items: { text: string; open: () => void }[] }): React.JSX.Element {
  return (
    <span className="od-Links">
      {props.items.map(one => (
        <button key={one.text} className="od-Link" onClick={one.open}>
          {one.text}
        </button>
      ))}
    </span>
  );
}
