import { Busy, Refusal, useLoaded, useTrans } from '@onedata/core';
import React from 'react';
import { readJob, startRun, updateJob } from './api';
import { Job } from './contract';
import { changedFields, Choices, choicesOf } from './draft';
import { concernsOptions, FormPage, JobFormProps, MoreOptions, Section, useSending } from './form-page';
import { FormRequest } from './host';
import { Options } from './options';
import { Parameters } from './parameters';
import { fieldProblems, lackingWords } from './problems';
import { ownZone, ScheduleFields } from './schedule';
import { draftOf, Drafts, missing, valuesForJob, valuesForRun } from './values';

type EditProps = JobFormProps & { request: Extract<FormRequest, { kind: 'edit' }> };
type AgainProps = JobFormProps & { request: Extract<FormRequest, { kind: 'again' }> };

/** Changes what was chosen about a job; its notebook stays. */
export function EditForm(props: EditProps): React.JSX.Element {
  return <WithJob {...props}>{job => <EditFields {...props} job={job} />}</WithJob>;
}

/** Runs a job again, with other parameters if one wants. */
export function AgainForm(props: AgainProps): React.JSX.Element {
  return <WithJob {...props}>{job => <AgainFields {...props} job={job} />}</WithJob>;
}

function WithJob(
  props: JobFormProps & {
    request: { workspace: string; job: string };
    children: (job: Job) => React.ReactNode;
  }
): React.JSX.Element {
  const { workspace, job } = props.request;
  const found = useLoaded(signal => readJob(workspace, job, signal), [workspace, job]);
  if (!found.value) {
    return found.error ? <Refusal error={found.error} onRetry={found.reload} /> : <Busy />;
  }
  return <>{props.children(found.value)}</>;
}

function EditFields(props: EditProps & { job: Job }): React.JSX.Element {
  const { request, host, onDone } = props;
  const trans = useTrans();
  const [job] = React.useState(props.job); // what was shown first is what changes are told from
  const [shown] = React.useState(() => choicesOf(job, ownZone()));
  const [choices, setChoices] = React.useState<Choices>(shown);
  const [drafts, setDrafts] = React.useState<Drafts>({});
  const { busy, error, send } = useSending();
  const problems = fieldProblems(error);
  const submit = (): void =>
    send(async () => {
      const parameters =
        Object.keys(drafts).length > 0
          ? { parameters: valuesForJob(job.parameter_specs, drafts, job.parameters) }
          : {};
      await updateJob(request.workspace, job.id, { ...changedFields(choices, shown, job), ...parameters });
      host.openJobs({ workspace: request.workspace, job: job.id });
      onDone();
    });
  return (
    <FormPage
      title={trans.__('Edit job %1', job.name)}
      accept={trans.__('Save')}
      error={error}
      disabled={busy}
      onAccept={submit}
      onCancel={onDone}
    >
      <Section title={trans.__('Parameters')}>
        <Parameters
          specs={job.parameter_specs}
          drafts={drafts}
          own={job.parameters}
          problems={problems}
          onChange={setDrafts}
        />
      </Section>
      <Section title={trans.__('Schedule')}>
        <label className="od-Check">
          <input
            type="checkbox"
            checked={choices.scheduled}
            onChange={event => setChoices({ ...choices, scheduled: event.target.checked })}
          />
          {trans.__('Run at set times')}
        </label>
        {choices.scheduled && (
          <ScheduleFields
            schedule={choices.schedule}
            problem={problems.schedule}
            onChange={schedule => setChoices({ ...choices, schedule })}
          />
        )}
      </Section>
      <MoreOptions open={concernsOptions(problems)}>
        <Options choices={choices} problems={problems} onChange={setChoices} />
      </MoreOptions>
    </FormPage>
  );
}

function AgainFields(props: AgainProps & { job: Job }): React.JSX.Element {
  const { request, host, onDone, job } = props;
  const trans = useTrans();
  const specs = job.parameter_specs;
  const [drafts, setDrafts] = React.useState<Drafts>(() =>
    Object.fromEntries(
      specs
        .filter(one => one.name in request.parameters)
        .map(one => [one.name, draftOf(one, request.parameters[one.name])])
    )
  );
  const [lacking, setLacking] = React.useState<string[]>([]);
  const { busy, error, send } = useSending();
  const submit = (): void => {
    const unmet = missing(specs, drafts, job.parameters);
    setLacking(unmet);
    if (unmet.length === 0) {
      send(async () => {
        const run = await startRun(request.workspace, job.id, valuesForRun(specs, drafts, job.parameters));
        host.openJobs({ workspace: request.workspace, job: job.id, run: run.id });
        onDone();
      });
    }
  };
  return (
    <FormPage
      title={trans.__('Run job %1', job.name)}
      accept={trans.__('Run')}
      error={error}
      lacking={lacking}
      disabled={busy}
      onAccept={submit}
      onCancel={onDone}
    >
      <Section title={trans.__('Parameters of this run')}>
        <Parameters
          specs={specs}
          drafts={drafts}
          own={job.parameters}
          problems={{ ...fieldProblems(error), ...lackingWords(lacking, trans) }}
          onChange={setDrafts}
        />
      </Section>
    </FormPage>
  );
}
