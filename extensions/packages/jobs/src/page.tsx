import { TranslationBundle } from '@jupyterlab/translation';
import { Button } from '@jupyterlab/ui-components';
import {
  Busy,
  Empty,
  IWorkspaces,
  jobsIcon,
  Refusal,
  RefreshButton,
  useLoaded,
  useSignal,
  useTrans,
  WorkspaceSelect
} from '@onedata/core';
import React from 'react';
import { onJobs } from './announcing';
import { listJobs, listRuns } from './api';
import { stateWord } from './badge';
import { JobSummary, RunState } from './contract';
import { JobHost, Place } from './host';
import { JobHead } from './job';
import { NoJobs } from './list';
import { asked, NotLive, useLiveRuns } from './live';
import { heardSince, isNewTo, mergeRuns } from './merging';
import { RunDetails } from './run';
import { RunTable } from './run-table';
import { pollSeconds, STATES } from './states';

const PAGE = 50;
const MOST_JOBS = 500;

export interface JobsPageProps {
  workspaces: IWorkspaces;
  host: JobHost;
  place: Place | null;
}

/** The runs of a workspace, newest first, and the job that one chooses. */
export function JobsPage(props: JobsPageProps): React.JSX.Element {
  const { workspaces, place } = props;
  useSignal(workspaces.changed);
  const asked = useLoaded(() => workspaces.ready(), [workspaces]);
  const workspace = workspaces.current?.name;
  if (!workspace) {
    return asked.error ? <Refusal error={asked.error} onRetry={asked.reload} /> : <Busy />;
  }
  const first = place?.workspace === workspace ? place : null;
  return <WorkspaceRuns key={workspace} {...props} workspace={workspace} place={first} />;
}

function WorkspaceRuns(props: JobsPageProps & { workspace: string }): React.JSX.Element {
  const { workspace, place } = props;
  const trans = useTrans();
  const [job, setJob] = React.useState<string | null>(place?.job ?? null);
  const [state, setState] = React.useState<RunState | null>(null);
  const [count, setCount] = React.useState(PAGE);
  const [open, setOpen] = React.useState<string | null>(place?.run ?? null);
  React.useEffect(() => {
    if (place) {
      setJob(place.job ?? null);
      setState(null);
      setOpen(place.run ?? null);
    }
  }, [place]);
  React.useEffect(() => setCount(PAGE), [job, state]);
  const jobs = useLoaded(signal => listJobs(workspace, '', MOST_JOBS, signal), [workspace, place], 30);
  const [seconds, setSeconds] = React.useState(pollSeconds([], true));
  const runs = useLoaded(
    asked(signal => listRuns({ workspace, job, state }, count, signal)),
    [workspace, job, state, count, place],
    seconds
  );
  const live = useLiveRuns(
    workspace,
    run => isNewTo(jobs.value?.items, run) && jobs.reload(),
    () => changed()
  );
  const items = React.useMemo(() => {
    const read = runs.value;
    return read && mergeRuns(read.items, heardSince(live.heard, read.askedAt), { job, state }, read.more);
  }, [runs.value, live.heard, job, state]);
  React.useEffect(() => onJobs(jobs.reload), [jobs.reload]);
  const isLive = live.state !== 'cut'; // while it connects, it is taken to succeed
  React.useEffect(() => setSeconds(pollSeconds(items, isLive)), [items, isLive]);
  const changed = (): void => {
    jobs.reload();
    runs.reload();
  };
  return (
    <div className="od-Page od-JobsPage">
      <header className="od-Page-head">
        <div className="od-Page-title">
          <h2>{trans.__('Jobs')}</h2>
          <Filters
            {...props}
            jobs={jobs.value?.items ?? []}
            job={job}
            onJob={setJob}
            state={state}
            onState={setState}
          />
          <RefreshButton onClick={changed} busy={runs.busy} />
        </div>
        {job && (
          <JobHead
            key={job}
            {...props}
            id={job}
            onChanged={changed}
            onDeleted={() => {
              setJob(null);
              changed();
            }}
          />
        )}
      </header>
      {runs.error ? <Refusal error={runs.error} onRetry={runs.reload} /> : null}
      {!items && runs.busy && <Busy />}
      {open && items && !items.some(one => one.id === open) && (
        <RunDetails {...props} id={open} seen="" onChanged={changed} />
      )}
      {items?.length === 0 && <NoRuns {...props} filtered={!!state} jobs={jobs.value?.items} job={job} />}
      {items && items.length > 0 && (
        <RunTable {...props} runs={items} open={open} onOpen={setOpen} onJob={setJob} onChanged={changed} />
      )}
      {runs.value?.more && (
        <Button small className="od-JobsPage-more" onClick={() => setCount(before => before + PAGE)}>
          {trans.__('Show older runs')}
        </Button>
      )}
      <NotLive state={live.state} />
    </div>
  );
}

function Filters(
  props: JobsPageProps & {
    jobs: JobSummary[];
    job: string | null;
    onJob: (id: string | null) => void;
    state: RunState | null;
    onState: (state: RunState | null) => void;
  }
): React.JSX.Element {
  const { jobs, job, state } = props;
  const trans = useTrans();
  return (
    <>
      <WorkspaceSelect workspaces={props.workspaces} />
      <select
        className="jp-mod-styled"
        aria-label={trans.__('Job')}
        value={job ?? ''}
        onChange={event => props.onJob(event.target.value || null)}
      >
        <option value="">{trans.__('All jobs')}</option>
        {job && !jobs.some(one => one.id === job) && <option value={job}>{trans.__('A deleted job')}</option>}
        {jobs.map(one => (
          <option key={one.id} value={one.id}>
            {one.name}
          </option>
        ))}
      </select>
      <select
        className="jp-mod-styled"
        aria-label={trans.__('State')}
        value={state ?? ''}
        onChange={event => props.onState((event.target.value || null) as RunState | null)}
      >
        <option value="">{trans.__('All states')}</option>
        {STATES.map(one => (
          <option key={one} value={one}>
            {stateWord(one, trans)}
          </option>
        ))}
      </select>
    </>
  );
}

function NoRuns(props: {
  workspaces: IWorkspaces;
  filtered: boolean;
  jobs: JobSummary[] | undefined;
  job: string | null;
}): React.JSX.Element {
  const trans = useTrans();
  if (props.filtered) {
    return <Empty title={trans.__('No run in this state')}>{trans.__('Choose another state above.')}</Empty>;
  }
  if (props.jobs?.length === 0 && !props.job) {
    return <NoJobs searched={false} workspaces={props.workspaces} />;
  }
  return (
    <Empty icon={jobsIcon} title={trans.__('No runs yet')}>
      {nextStep(props, trans)}
    </Empty>
  );
}

function nextStep(props: { workspaces: IWorkspaces; job: string | null }, trans: TranslationBundle): string {
  if (!props.workspaces.may('editor')) {
    return trans.__('Runs show here when they are due, or when an editor starts one.');
  }
  return props.job
    ? trans.__('Choose “Run…” above, or wait until the job is due.')
    : trans.__('Choose a job above and run it, or wait until one is due.');
}
