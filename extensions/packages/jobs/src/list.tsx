import { TranslationBundle } from '@jupyterlab/translation';
import { Button } from '@jupyterlab/ui-components';
import {
  ago,
  Ago,
  EmptyList,
  IWorkspaces,
  jobsIcon,
  Listing,
  useLoaded,
  useTrans,
  WorkspacePanel
} from '@onedata/core';
import React from 'react';
import { onJobs } from './announcing';
import { listJobs } from './api';
import { StateBadge } from './badge';
import { JobSummary } from './contract';
import { dueTime } from './due';
import { JobHost } from './host';
import { asked, NotLive, useLiveRuns } from './live';
import { heardSince, isNewTo, mergeJobs } from './merging';
import { pollSeconds } from './states';

const PAGE = 100;

export interface JobListProps {
  workspaces: IWorkspaces;
  host: JobHost;
}

/** The jobs of a workspace: how each ended last, and when it is due. */
export function JobList(props: JobListProps): React.JSX.Element {
  const trans = useTrans();
  return (
    <WorkspacePanel workspaces={props.workspaces} label={trans.__('Search jobs')}>
      {(workspace, search) => <Results {...props} workspace={workspace} search={search} />}
    </WorkspacePanel>
  );
}

function Results(props: JobListProps & { workspace: string; search: string }): React.JSX.Element {
  const { workspace, search, host } = props;
  const trans = useTrans();
  const [count, setCount] = React.useState(PAGE);
  const [seconds, setSeconds] = React.useState(pollSeconds([], true));
  const found = useLoaded(
    asked(signal => listJobs(workspace, search, count, signal)),
    [workspace, search, count],
    seconds
  );
  const read = found.value?.items;
  const { heard, state } = useLiveRuns(
    workspace,
    run => isNewTo(read, run) && found.reload(), // its job is new, or due at another time now
    found.reload
  );
  const items = React.useMemo(
    () => read && mergeJobs(read, heardSince(heard, found.value!.askedAt)),
    [read, found.value, heard]
  );
  React.useEffect(() => onJobs(found.reload), [found.reload]);
  const isLive = state !== 'cut'; // while it connects, it is taken to succeed
  React.useEffect(
    () =>
      setSeconds(
        pollSeconds(
          items?.map(one => one.last_run),
          isLive
        )
      ),
    [items, isLive]
  );
  return (
    <Listing
      label={trans.__('Jobs')}
      found={found}
      items={items}
      onMore={() => setCount(before => before + PAGE)}
      empty={<NoJobs searched={!!search} workspaces={props.workspaces} />}
      note={<NotLive state={state} />}
      buttons={
        <Button small onClick={() => host.openJobs({ workspace })}>
          {trans.__('All runs')}
        </Button>
      }
    >
      {one => <JobItem key={one.id} job={one} host={host} />}
    </Listing>
  );
}

function JobItem(props: { job: JobSummary; host: JobHost }): React.JSX.Element {
  const { job, host } = props;
  const trans = useTrans();
  return (
    <li className="od-List-item">
      <button
        className="od-List-open"
        onClick={() => host.openJobs({ workspace: job.workspace, job: job.id })}
        title={job.notebook_path || undefined}
      >
        <span className="od-List-title">{job.name}</span>
        <span className="od-List-note od-JobItem-last">
          {job.last_run ? (
            <>
              <StateBadge state={job.last_run.state} />
              {' · '}
              <Ago at={job.last_run.finished_at ?? job.last_run.started_at ?? job.last_run.due_at} />
            </>
          ) : (
            trans.__('has not run')
          )}
        </span>
        <span className="od-List-note">{dueWords(job, trans)}</span>
      </button>
    </li>
  );
}

const SOON_MILLISECONDS = 12 * 3_600_000;

/** What is soon is told from now; what is not, by its date: "tomorrow" may be thirty hours off. */
export function nextWords(at: string): string {
  return Date.parse(at) - Date.now() < SOON_MILLISECONDS ? ago(at) : dueTime(at);
}

/** When a job runs next. */
export function dueWords(job: JobSummary, trans: TranslationBundle): string {
  if (!job.schedule) {
    return trans.__('runs when started');
  }
  if (job.schedule.paused) {
    return trans.__('schedule is paused');
  }
  return job.next_due_at ? trans.__('next: %1', nextWords(job.next_due_at)) : trans.__('never due again');
}

export function NoJobs(props: { searched: boolean; workspaces: IWorkspaces }): React.JSX.Element {
  const trans = useTrans();
  return (
    <EmptyList
      {...props}
      icon={jobsIcon}
      title={trans.__('No jobs yet')}
      noMatch={trans.__('No job matches')}
      readOnly={trans.__('You may read here. An editor of this workspace can make jobs.')}
    >
      <p>{trans.__('A job is a notebook that runs with nobody logged in.')}</p>
      <p>
        {trans.__(
          'Open a notebook and choose “Run as Job…” or “Schedule…” in its toolbar, or in the menu of its file.'
        )}
      </p>
    </EmptyList>
  );
}
