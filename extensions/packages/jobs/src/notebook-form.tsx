import { TranslationBundle } from '@jupyterlab/translation';
import {
  Busy,
  IWorkspaces,
  Loaded,
  Refusal,
  useLatest,
  useLoaded,
  useSettled,
  useTrans
} from '@onedata/core';
import React from 'react';
import { createJob, findJob, inspectNotebook, JobChange, readSizeHere, startRun, updateJob } from './api';
import { Job, ParameterSpec } from './contract';
import { changedFields, Choices, choicesOf, fieldsOf, freshChoices, nameOf } from './draft';
import { Field } from './field';
import { concernsOptions, FormPage, JobFormProps, MoreOptions, Section, useSending } from './form-page';
import { FormRequest } from './host';
import { draftFrom, FormDraft, keepable, withAddresses } from './kept';
import { Options } from './options';
import { Parameters } from './parameters';
import { fieldProblems, lackingWords } from './problems';
import { ownZone, ScheduleFields } from './schedule';
import { Drafts, missing, Values, valuesForJob, valuesForRun } from './values';

type Props = JobFormProps & { request: Extract<FormRequest, { kind: 'run' | 'schedule' }> };

/** Makes a job of a notebook and starts it, or gives it a schedule; a job of that name is changed. */
export function NotebookForm(props: Props): React.JSX.Element {
  const { request, host, onDone } = props;
  const { source, kind } = request;
  const trans = useTrans();
  const [kept] = React.useState(() => draftFrom(request.kept));
  const [workspace, setWorkspace] = React.useState(() => firstWorkspace(props.workspaces, kept?.workspace));
  const [name, setName] = React.useState(kept?.name ?? nameOf(source.path));
  const [drafts, setDrafts] = React.useState<Drafts>(kept?.drafts ?? {});
  const [edited, setEdited] = React.useState<Choices | null>(kept?.edited ?? null);
  useKeeping({ workspace, name, drafts, edited }, props.onKeep);
  const [lacking, setLacking] = React.useState<string[]>([]);
  const { busy, error, send } = useSending();
  const notebook = useLoaded(
    async signal => inspectNotebook(workspace, await source.read(), signal),
    [workspace, source]
  );
  const settled = useSettled(name.trim());
  const known = useLoaded(
    async signal => (settled ? findJob(workspace, settled, signal) : null),
    [workspace, settled]
  );
  const job = known.value ?? null;
  const here = useLoaded(signal => readSizeHere(signal), []);
  const shown = job ? choicesOf(job, ownZone()) : freshChoices(kind === 'schedule', ownZone(), here.value);
  const choices = edited
    ? withAddresses(edited, shown)
    : { ...shown, scheduled: shown.scheduled || kind === 'schedule' };
  const specs = notebook.value?.parameters;
  const own = job?.parameters ?? {};
  const problems = { ...fieldProblems(error), ...lackingWords(lacking, trans) };

  const submit = (): void => {
    const unmet = missing(specs!, drafts, own);
    setLacking(unmet);
    if (unmet.length > 0) {
      return;
    }
    send(async () => {
      try {
        await source.save();
        const content = { notebook: await source.read(), notebook_path: source.path };
        const parameters = jobParameters(kind, specs!, drafts, own);
        const made = job
          ? await updateJob(workspace, job.id, {
              ...changedFields(choices, shown, job),
              ...parameters,
              ...content
            })
          : await createJob(workspace, {
              name: name.trim(),
              ...fieldsOf(choices),
              ...parameters,
              ...content
            });
        const run =
          kind === 'run'
            ? await startRun(workspace, made.id, valuesForRun(specs!, drafts, made.parameters))
            : null;
        host.openJobs({ workspace, job: made.id, run: run?.id });
        onDone();
      } catch (refused) {
        known.reload(); // what was made before the refusal is changed by the next try
        throw refused;
      }
    });
  };
  const file = source.path.split('/').pop()!;
  const title = kind === 'run' ? trans.__('Run %1 as a job', file) : trans.__('Schedule %1', file);
  const isSettled = settled === name.trim() && !!settled && known.value !== undefined;
  const isReady = !!specs && !busy && isSettled && here.value !== undefined;
  return (
    <FormPage
      title={title}
      accept={acceptWords(kind, !!job, trans)}
      error={error ?? known.error ?? here.error}
      lacking={lacking}
      disabled={!isReady}
      onAccept={submit}
      onCancel={onDone}
    >
      <Section title={trans.__('Job')}>
        <JobFields
          {...props}
          workspace={workspace}
          onWorkspace={setWorkspace}
          name={name}
          onName={setName}
          job={job}
          problem={problems.name}
        />
      </Section>
      <Section title={trans.__('Parameters')}>
        <Inspected notebook={notebook}>
          {specs && (
            <Parameters specs={specs} drafts={drafts} own={own} problems={problems} onChange={setDrafts} />
          )}
        </Inspected>
      </Section>
      {kind === 'schedule' && (
        <Section title={trans.__('Schedule')}>
          <ScheduleFields
            schedule={choices.schedule}
            problem={problems.schedule}
            onChange={schedule => setEdited({ ...choices, schedule })}
          />
        </Section>
      )}
      <MoreOptions open={concernsOptions(problems)}>
        <Options choices={choices} problems={problems} onChange={setEdited} />
      </MoreOptions>
    </FormPage>
  );
}

/** A schedule's parameters are the job's; those of one run are the run's alone. */
function jobParameters(
  kind: 'run' | 'schedule',
  specs: ParameterSpec[],
  drafts: Drafts,
  own: Values
): Pick<JobChange, 'parameters'> {
  if (kind === 'schedule') {
    return { parameters: valuesForJob(specs, drafts, own) };
  }
  const isKnown = (name: string): boolean => specs.length === 0 || specs.some(one => one.name === name);
  // The notebook may have lost parameters since the job was made.
  return Object.keys(own).every(isKnown) ? {} : { parameters: valuesForJob(specs, {}, own) };
}

/** Tell what the form holds, when somebody has stopped typing; as it was opened it holds nothing of theirs. */
function useKeeping(draft: FormDraft, onKeep: JobFormProps['onKeep']): void {
  const settled = useSettled(JSON.stringify(keepable(draft)), 300);
  const told = React.useRef(settled);
  const keep = useLatest(onKeep);
  React.useEffect(() => {
    if (settled !== told.current) {
      told.current = settled;
      keep.current?.(JSON.parse(settled) as FormDraft);
    }
  }, [keep, settled]);
}

function firstWorkspace(workspaces: IWorkspaces, kept?: string): string {
  if (kept && workspaces.may('editor', kept)) {
    return kept;
  }
  const current = workspaces.current!.name;
  return workspaces.may('editor', current) ? current : (workspaces.me?.default_workspace ?? current);
}

function acceptWords(kind: 'run' | 'schedule', isKnown: boolean, trans: TranslationBundle): string {
  if (kind === 'run') {
    return isKnown ? trans.__('Update and run') : trans.__('Run');
  }
  return isKnown ? trans.__('Update and schedule') : trans.__('Schedule');
}

function Inspected(props: { notebook: Loaded<unknown>; children: React.ReactNode }): React.JSX.Element {
  const { notebook } = props;
  const trans = useTrans();
  return (
    <>
      {notebook.error ? <Refusal error={notebook.error} onRetry={notebook.reload} /> : null}
      {!notebook.value && notebook.busy && <Busy what={trans.__('Reading the notebook …')} />}
      {!notebook.error && props.children}
    </>
  );
}

function JobFields(
  props: JobFormProps & {
    workspace: string;
    onWorkspace: (name: string) => void;
    name: string;
    onName: (name: string) => void;
    job: Job | null;
    problem?: string;
  }
): React.JSX.Element {
  const { workspaces, job } = props;
  const trans = useTrans();
  const open = (workspaces.me?.workspaces ?? []).filter(one => workspaces.may('editor', one.name));
  return (
    <div className="od-Fields">
      <Field
        label={trans.__('Name')}
        problem={props.problem}
        help={
          job &&
          trans.__(
            'There is a job of this name. It will take this notebook; what you do not change here stays as it is.'
          )
        }
      >
        {control => (
          <input
            {...control}
            className="jp-mod-styled"
            spellCheck={false}
            value={props.name}
            onChange={event => props.onName(event.target.value)}
          />
        )}
      </Field>
      <Field label={trans.__('Workspace')}>
        {control => (
          <select
            {...control}
            className="jp-mod-styled"
            value={props.workspace}
            onChange={event => props.onWorkspace(event.target.value)}
          >
            {open.map(one => (
              <option key={one.name} value={one.name}>
                {one.name}
              </option>
            ))}
          </select>
        )}
      </Field>
    </div>
  );
}
