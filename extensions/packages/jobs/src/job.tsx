import { Button } from '@jupyterlab/ui-components';
import { Busy, Fact, FactList, IWorkspaces, Refusal, ServiceError, useLoaded, useTrans } from '@onedata/core';
import React from 'react';
import { deleteJob, previewSchedule, readJob, updateJob } from './api';
import { Job } from './contract';
import { JobHost } from './host';
import { dueWords, nextWords } from './list';
import { ProfileName } from './profiles';

interface JobHeadProps {
  workspaces: IWorkspaces;
  host: JobHost;
  workspace: string;
  id: string;
  onChanged: () => void;
  onDeleted: () => void;
}

/** The job whose runs are shown: when it runs and with what; an editor runs, edits, pauses and deletes it. */
export function JobHead(props: JobHeadProps): React.JSX.Element {
  const { workspace, id } = props;
  const found = useLoaded(signal => readJob(workspace, id, signal), [workspace, id], 10);
  const job = found.value;
  const trans = useTrans();
  if (found.error instanceof ServiceError && found.error.status === 404) {
    return <p className="od-muted">{trans.__('This job was deleted. Its runs stay in the list.')}</p>;
  }
  if (!job) {
    return found.error ? <Refusal error={found.error} onRetry={found.reload} /> : <Busy />;
  }
  const changed = (): void => {
    found.reload();
    props.onChanged();
  };
  return (
    <section className="od-JobHead" aria-label={job.name}>
      <div className="od-Page-title">
        <h3>{job.name}</h3>
        {props.workspaces.may('editor', workspace) && <JobActions {...props} job={job} onChanged={changed} />}
      </div>
      <JobFacts job={job} />
    </section>
  );
}

function JobActions(props: JobHeadProps & { job: Job }): React.JSX.Element {
  const { job, host, workspace } = props;
  const trans = useTrans();
  const [busy, setBusy] = React.useState(false);
  const send = (what: () => Promise<void>): void => {
    setBusy(true);
    what()
      .catch(error => host.say(error))
      .finally(() => setBusy(false));
  };
  const { schedule } = job;
  const named = { workspace, job: job.id, name: job.name };
  const pause = (paused: boolean): void =>
    send(async () => {
      await updateJob(workspace, job.id, { schedule: { ...schedule!, paused } });
      props.onChanged();
    });
  const remove = (): void =>
    send(async () => {
      const body = trans.__('Runs that have not ended are cancelled. Those that have stay in the list.');
      if (await host.confirm(trans.__('Delete job %1?', job.name), body, trans.__('Delete'))) {
        await deleteJob(workspace, job.id);
        props.onDeleted();
      }
    });
  return (
    <>
      <button
        className="jp-mod-styled jp-mod-accept od-mod-small"
        onClick={() => host.openForm({ kind: 'again', ...named, parameters: {} })}
      >
        {trans.__('Run…')}
      </button>
      <Button small onClick={() => host.openForm({ kind: 'edit', ...named })}>
        {trans.__('Edit…')}
      </Button>
      {schedule && (
        <Button small disabled={busy} onClick={() => pause(!schedule.paused)}>
          {schedule.paused ? trans.__('Resume schedule') : trans.__('Pause schedule')}
        </Button>
      )}
      <Button small disabled={busy} onClick={remove}>
        {trans.__('Delete…')}
      </Button>
    </>
  );
}

function JobFacts(props: { job: Job }): React.JSX.Element {
  const { job } = props;
  const trans = useTrans();
  const { cron, timezone } = job.schedule ?? { cron: '', timezone: '' };
  const preview = useLoaded(
    async signal => (cron ? previewSchedule(cron, timezone, signal) : null),
    [cron, timezone]
  );
  const facts: Fact[] = [
    [trans.__('Schedule'), job.schedule ? (preview.value?.description ?? cron) : trans.__('none')],
    [trans.__('Next'), job.next_due_at ? nextWords(job.next_due_at) : dueWords(job, trans)],
    [trans.__('Notebook'), job.notebook_path || '–'],
    [trans.__('Runs as'), job.run_as],
    [trans.__('Profile'), <ProfileName of={job} />],
    ...Object.entries(job.parameters).map(([name, value]): [string, React.ReactNode] => [
      name,
      <code>{JSON.stringify(value)}</code>
    ])
  ];
  return <FactList facts={facts} />;
}
