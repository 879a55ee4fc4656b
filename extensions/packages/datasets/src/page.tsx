import {
  Ago,
  Busy,
  bytes,
  Dataset,
  DatasetRef,
  DatasetVersion,
  Empty,
  Fact,
  FactList,
  IWorkspaces,
  number,
  Refusal,
  Tabs,
  useLoaded,
  useTrans
} from '@onedata/core';
import { Button } from '@jupyterlab/ui-components';
import React from 'react';
import { readDataset, readVersion, updateDataset, Words } from './api';
import { Columns } from './columns';
import { EditableText, TagEditor } from './editing';
import { Versions } from './versions';

const Preview = React.lazy(async () => ({ default: (await import('./preview')).Preview }));
const Lineage = React.lazy(async () => ({ default: (await import('./lineage')).Lineage }));

export interface DatasetPageProps {
  workspaces: IWorkspaces;
  dataset: DatasetRef;
  /** Open a node of the lineage graph, or another version of this dataset. */
  onOpen: (id: string) => void;
  onInsert: (ref: DatasetRef, format: string) => void;
  dark: boolean;
}

/** One dataset: what it is, what is in it, where it came from. */
export function DatasetPage(props: DatasetPageProps): React.JSX.Element {
  const { workspace, name } = props.dataset;
  const found = useLoaded(signal => readDataset(workspace, name, signal), [workspace, name], 30);
  const [version, setVersion] = React.useState<number | null>(props.dataset.version);
  React.useEffect(() => setVersion(props.dataset.version), [props.dataset]);
  if (!found.value) {
    return found.error ? <Refusal error={found.error} onRetry={found.reload} /> : <Busy />;
  }
  return (
    <Version
      {...props}
      found={found.value}
      number={version ?? found.value.latest_version}
      onVersion={setVersion}
      onChanged={found.reload}
    />
  );
}

interface VersionProps extends DatasetPageProps {
  found: Dataset;
  number: number;
  onVersion: (version: number) => void;
  onChanged: () => void;
}

function Version(props: VersionProps): React.JSX.Element {
  const { found } = props;
  const trans = useTrans();
  const [tab, setTab] = React.useState('columns');
  const shown = useVersion(found, props.number);
  const ref = { workspace: found.workspace, name: found.name, version: props.number };
  const version = shown.value;
  const mayEdit = props.workspaces.may('editor', found.workspace);
  const save = async (words: Words): Promise<void> => {
    await updateDataset(found.workspace, found.name, words);
    props.onChanged();
  };
  const tabs = [
    {
      id: 'columns',
      title: trans.__('Columns'),
      view: () =>
        version && (
          <Columns
            version={version}
            mayEdit={mayEdit && version.version === found.latest_version}
            onSave={save}
          />
        )
    },
    {
      id: 'preview',
      title: trans.__('Preview'),
      view: () =>
        version && (
          <Loaded>
            <Preview version={version} />
          </Loaded>
        )
    },
    {
      id: 'versions',
      title: trans.__('Versions'),
      view: () => <Versions dataset={found} shown={props.number} onShow={props.onVersion} />
    },
    {
      id: 'lineage',
      title: trans.__('Lineage'),
      view: () => (
        <Loaded>
          <Lineage {...props} version={ref} />
        </Loaded>
      )
    },
    { id: 'quality', title: trans.__('Quality'), view: () => <NoQuality /> }
  ];
  return (
    <div className="od-Page">
      <Head {...props} version={version} mayEdit={mayEdit} save={save} />
      {shown.error ? <Refusal error={shown.error} onRetry={shown.reload} /> : null}
      {!version && shown.busy && <Busy />}
      <Tabs label={found.name} tabs={tabs} chosen={tab} onChoose={setTab} />
    </div>
  );
}

/** Waits for a view's code in the view's own place: the tabs, and the focus on one of them, stay. */
function Loaded(props: { children: React.ReactNode }): React.JSX.Element {
  return <React.Suspense fallback={<Busy />}>{props.children}</React.Suspense>;
}

/** Give a version: the newest came with the dataset, and any other is asked for. */
function useVersion(found: Dataset, wanted: number): ReturnType<typeof useLoaded<DatasetVersion>> {
  const { workspace, name, latest } = found;
  return useLoaded(
    async signal =>
      wanted === latest.version ? latest : readVersion({ workspace, name, version: wanted }, signal),
    [
      workspace,
      name,
      wanted,
      wanted === latest.version ? JSON.stringify(latest.columns.map(one => one.description)) : ''
    ]
  );
}

function Head(
  props: VersionProps & {
    version: DatasetVersion | undefined;
    mayEdit: boolean;
    save: (words: Words) => Promise<void>;
  }
): React.JSX.Element {
  const { found, version, mayEdit, save } = props;
  const trans = useTrans();
  const numbers = Array.from({ length: found.latest_version }, (_, place) => found.latest_version - place);
  const ref = { workspace: found.workspace, name: found.name, version: props.number };
  return (
    <div className="od-Page-head">
      <div className="od-Page-title">
        <h2>
          <span className="od-muted">{found.workspace}/</span>
          {found.name}
        </h2>
        <label>
          <span className="od-visually-hidden">{trans.__('Version')}</span>
          <select
            className="jp-mod-styled"
            value={props.number}
            onChange={event => props.onVersion(Number(event.target.value))}
          >
            {numbers.slice(0, 200).map(one => (
              <option key={one} value={one}>
                {one === found.latest_version
                  ? trans.__('version %1, the newest', one)
                  : trans.__('version %1', one)}
              </option>
            ))}
          </select>
        </label>
        <Button className="jp-mod-styled jp-mod-accept" onClick={() => props.onInsert(ref, found.format)}>
          {trans.__('Insert code to load')}
        </Button>
      </div>
      <EditableText
        label={trans.__('Description')}
        value={found.description}
        mayEdit={mayEdit}
        onSave={description => save({ description })}
      />
      <TagEditor tags={found.tags} mayEdit={mayEdit} onSave={tags => save({ tags })} />
      {version && <Facts version={version} onOpen={props.onOpen} />}
    </div>
  );
}

function Facts(props: { version: DatasetVersion; onOpen: (id: string) => void }): React.JSX.Element {
  const { version } = props;
  const trans = useTrans();
  const facts: Fact[] = [
    [trans.__('Rows'), version.rows === null ? '–' : number(version.rows)],
    [trans.__('Columns'), number(version.columns.length)],
    [trans.__('Size'), trans._n('%2 in %1 file', '%2 in %1 files', version.files, bytes(version.bytes))],
    [trans.__('Format'), version.format],
    [trans.__('Published'), <Ago at={version.created_at} />],
    [trans.__('By'), version.created_by]
  ];
  const { notebook_path, git_commit } = version.source;
  if (notebook_path) {
    const id = `notebook:${version.workspace}/${notebook_path}`;
    facts.push([
      trans.__('Notebook'),
      <button className="od-Link" onClick={() => props.onOpen(id)}>
        {notebook_path}
      </button>
    ]);
  }
  if (git_commit) {
    facts.push([trans.__('Commit'), <code>{git_commit.slice(0, 10)}</code>]);
  }
  if (version.message) {
    facts.push([trans.__('Message'), version.message]);
  }
  return <FactList facts={facts} />;
}

function NoQuality(): React.JSX.Element {
  const trans = useTrans();
  return (
    <Empty title={trans.__('No quality results')}>
      {trans.__('Checks of a dataset will show here once the platform runs them.')}
    </Empty>
  );
}
