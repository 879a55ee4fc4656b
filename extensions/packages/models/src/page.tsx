import { Button } from '@jupyterlab/ui-components';
import {
  Ago,
  Busy,
  Empty,
  Fact,
  FactList,
  IWorkspaces,
  modelsIcon,
  Refusal,
  Tabs,
  useLoaded,
  useTrans
} from '@onedata/core';
import { DatasetRef } from '@onedata/core';
import { EditableText } from '@onedata/datasets/lib/editing';
import { readRun } from '@onedata/experiments/lib/api';
import { datasetsOf, notebookOf, Run } from '@onedata/experiments/lib/run';
import React from 'react';
import { aliasesOf } from './aliases';
import { describeModel, describeVersion, listVersions, readModel } from './api';
import { AliasEditor } from './aliaseditor';
import { ModelRef, ModelVersion, RegisteredModel } from './contract';
import { SignatureView } from './signatureview';
import { Links, Versions } from './versions';

const LineageOf = React.lazy(async () => ({
  default: (await import('@onedata/datasets/lib/lineage')).LineageOf
}));

const REFRESH_SECONDS = 20;

export interface ModelActions {
  openDataset: (ref: DatasetRef) => void;
  openRun: (workspace: string, run: string, name: string) => void;
  /** Open a node of the lineage graph; notebooks have nodes too. */
  openNode: (id: string) => void;
  insertCode: (workspace: string, name: string, version: string, alias: string | null) => void;
}

export interface ModelPageProps {
  workspaces: IWorkspaces;
  model: ModelRef;
  actions: ModelActions;
  dark: boolean;
}

/** A registered model: its versions, and what stands behind each. */
export function ModelPage(props: ModelPageProps): React.JSX.Element {
  const { workspace, name } = props.model;
  const trans = useTrans();
  const found = useLoaded(
    async signal => {
      const [model, versions] = await Promise.all([
        readModel(workspace, name, signal),
        listVersions(workspace, name, signal)
      ]);
      return { model, versions };
    },
    [workspace, name],
    REFRESH_SECONDS
  );
  const [wanted, setWanted] = React.useState(props.model.version);
  React.useEffect(() => setWanted(props.model.version), [props.model]);
  if (!found.value) {
    return found.error ? <Refusal error={found.error} onRetry={found.reload} /> : <Busy />;
  }
  const { model, versions } = found.value;
  const version = versions.find(one => one.version === wanted) ?? versions[0];
  if (!version) {
    return (
      <Empty icon={modelsIcon} title={trans.__('%1 has no version yet', name)}>
        {trans.__('Open a run that logged a model, and choose “Register as model”.')}
      </Empty>
    );
  }
  return (
    <>
      {found.error ? <Refusal error={found.error} onRetry={found.reload} /> : null}
      <Shown
        {...props}
        found={model}
        versions={versions}
        version={version}
        onVersion={setWanted}
        onChanged={found.reload}
      />
    </>
  );
}

interface ShownProps extends ModelPageProps {
  found: RegisteredModel;
  versions: ModelVersion[];
  version: ModelVersion;
  onVersion: (version: string) => void;
  onChanged: () => void;
}

function Shown(props: ShownProps): React.JSX.Element {
  const { found, version, versions, actions, dark } = props;
  const { workspace } = props.model;
  const trans = useTrans();
  const [tab, setTab] = React.useState('versions');
  const tabs = [
    {
      id: 'versions',
      title: trans.__('Versions'),
      view: () => (
        <Versions
          workspace={workspace}
          versions={versions}
          aliases={found.aliases}
          shown={version.version}
          onShow={props.onVersion}
          actions={actions}
        />
      )
    },
    {
      id: 'signature',
      title: trans.__('Signature'),
      view: () => <SignatureView workspace={workspace} version={version} />
    },
    {
      id: 'lineage',
      title: trans.__('Lineage'),
      view: () => (
        // The wait is in the view's own place: the tabs, and the focus on one of them, stay.
        <React.Suspense fallback={<Busy />}>
          <LineageOf
            workspace={workspace}
            id={`model:${workspace}/${found.name}@${version.version}`}
            dark={dark}
            onOpen={actions.openNode}
          />
        </React.Suspense>
      )
    }
  ];
  return (
    <div className="od-Page">
      <Head {...props} />
      <Tabs label={found.name} tabs={tabs} chosen={tab} onChoose={setTab} />
    </div>
  );
}

function Head(props: ShownProps): React.JSX.Element {
  const { found, version, versions, actions, onChanged } = props;
  const { workspace } = props.model;
  const trans = useTrans();
  const mayEdit = props.workspaces.may('editor', workspace);
  const aliases = aliasesOf(version.version, found.aliases);
  const save = async (text: string): Promise<void> => {
    await describeModel(workspace, found.name, text);
    onChanged();
  };
  return (
    <div className="od-Page-head">
      <div className="od-Page-title">
        <h2>
          <span className="od-muted">{workspace}/</span>
          {found.name}
        </h2>
        <label>
          <span className="od-visually-hidden">{trans.__('Version')}</span>
          <select
            className="jp-mod-styled"
            value={version.version}
            onChange={event => props.onVersion(event.target.value)}
          >
            {versions.map((one, place) => (
              <option key={one.version} value={one.version}>
                {place === 0
                  ? trans.__('version %1, the newest', one.version)
                  : trans.__('version %1', one.version)}
              </option>
            ))}
          </select>
        </label>
        <Button
          className="jp-mod-styled jp-mod-accept"
          onClick={() => actions.insertCode(workspace, found.name, version.version, aliases[0] ?? null)}
        >
          {trans.__('Insert code to load')}
        </Button>
      </div>
      <EditableText
        label={trans.__('Description')}
        value={found.description ?? ''}
        mayEdit={mayEdit}
        onSave={save}
      />
      <AliasEditor
        workspace={workspace}
        model={found}
        version={version.version}
        mayEdit={mayEdit}
        onChanged={onChanged}
      />
      <VersionFacts {...props} mayEdit={mayEdit} />
    </div>
  );
}

function VersionFacts(props: ShownProps & { mayEdit: boolean }): React.JSX.Element {
  const { found, version, actions, mayEdit } = props;
  const { workspace } = props.model;
  const trans = useTrans();
  const run = useLoaded(
    async signal => (version.run_id ? await readRun(workspace, version.run_id, signal) : null),
    [workspace, version.run_id]
  );
  const facts: Fact[] = [
    [trans.__('Registered'), <Ago at={new Date(version.creation_timestamp).toISOString()} />]
  ];
  const by = version.user_id || run.value?.user;
  if (by) {
    facts.push([trans.__('By'), by]);
  }
  if (version.status !== 'READY') {
    facts.push([trans.__('State'), version.status_message || version.status]);
  }
  if (run.value) {
    facts.push(...factsOfRun(run.value));
  } else if (run.error) {
    facts.push([trans.__('Run'), <span className="od-muted">{trans.__('cannot be read any more')}</span>]);
  }
  if (mayEdit || version.description) {
    const save = async (text: string): Promise<void> => {
      await describeVersion(workspace, found.name, version.version, text);
      props.onChanged();
    };
    facts.push([
      trans.__('Version description'),
      <EditableText
        key={version.version}
        label={trans.__('Description of version %1', version.version)}
        value={version.description ?? ''}
        mayEdit={mayEdit}
        onSave={save}
      />
    ]);
  }
  return <FactList facts={facts} />;

  function factsOfRun(made: Run): [string, React.ReactNode][] {
    const notebook = notebookOf(made);
    const open = (): void => actions.openRun(workspace, made.id, made.name);
    return [
      [trans.__('Run'), <Links items={[{ text: made.name, open }]} />],
      [trans.__('Data'), <DataOf run={made} actions={actions} />],
      ...(notebook
        ? ([
            [
              trans.__('Notebook'),
              <Links
                items={[
                  {
                    text: notebook.path,
                    open: () => actions.openNode(`notebook:${workspace}/${notebook.path}`)
                  }
                ]}
              />
            ]
          ] as [string, React.ReactNode][])
        : [])
    ];
  }
}

function DataOf(props: { run: Run; actions: ModelActions }): React.JSX.Element {
  const trans = useTrans();
  const refs = datasetsOf(props.run);
  return refs.length ? (
    <Links
      items={refs.map(ref => ({
        text: `${ref.workspace}/${ref.name}@${ref.version}`,
        open: () => props.actions.openDataset(ref)
      }))}
    />
  ) : (
    <span className="od-muted">{trans.__('no dataset read')}</span>
  );
}
