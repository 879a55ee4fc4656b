import {
  Ago,
  bytes,
  codeToLoad,
  DatasetRef,
  datasetsIcon,
  DatasetSummary,
  EmptyList,
  IWorkspaces,
  Listing,
  number,
  usePaged,
  useSignal,
  useTrans,
  WorkspacePanel
} from '@onedata/core';
import React from 'react';
import { listDatasets } from './api';
import { Publications } from './publications';

const REFRESH_SECONDS = 20;

export interface DatasetListProps {
  workspaces: IWorkspaces;
  onOpen: (ref: DatasetRef) => void;
}

/** The datasets of a workspace, to search and to open; each can be dragged into a cell. */
export function DatasetList(props: DatasetListProps): React.JSX.Element {
  const { workspaces } = props;
  const trans = useTrans();
  const [tag, setTag] = React.useState<string | null>(null);
  useSignal(workspaces.changed);
  const chosen = workspaces.current?.name;
  React.useEffect(() => setTag(null), [chosen]);
  const tagButton = tag && (
    <button className="od-Tag od-mod-chosen" onClick={() => setTag(null)} title={trans.__('Show all tags')}>
      {tag} ×
    </button>
  );
  return (
    <WorkspacePanel workspaces={workspaces} label={trans.__('Search datasets')} head={tagButton}>
      {(workspace, search) => (
        <Results {...props} workspace={workspace} search={search} tag={tag} onTag={setTag} />
      )}
    </WorkspacePanel>
  );
}

interface ResultsProps extends DatasetListProps {
  workspace: string;
  search: string;
  tag: string | null;
  onTag: (tag: string) => void;
}

function Results(props: ResultsProps): React.JSX.Element {
  const { workspace, search, tag } = props;
  const trans = useTrans();
  const found = usePaged(
    async (cursor, signal) => {
      const { items, next_cursor } = await listDatasets(props, cursor, signal);
      return { items, next: next_cursor };
    },
    `${workspace} ${tag ?? ''} ${search}`,
    REFRESH_SECONDS
  );
  return (
    <>
      <Publications workspace={workspace} onEnd={found.reload} />
      <Listing
        label={trans.__('Datasets')}
        found={found}
        items={found.value?.items}
        onMore={found.readMore}
        empty={<NoDatasets searched={!!search || !!tag} workspaces={props.workspaces} />}
      >
        {one => <DatasetItem key={one.name} dataset={one} {...props} />}
      </Listing>
    </>
  );
}

function NoDatasets(props: { searched: boolean; workspaces: IWorkspaces }): React.JSX.Element {
  const trans = useTrans();
  return (
    <EmptyList
      {...props}
      icon={datasetsIcon}
      title={trans.__('No datasets yet')}
      noMatch={trans.__('No dataset matches')}
      readOnly={trans.__('You may read here. An editor of this workspace can publish datasets.')}
    >
      <p>{trans.__('Publish a table from a notebook:')}</p>
      <pre>{'import onedata as od\nod.datasets.publish(frame, "flights")'}</pre>
      <p>{trans.__('Or choose a file in the file browser, and “Publish as dataset” in its menu.')}</p>
    </EmptyList>
  );
}

function DatasetItem(props: ResultsProps & { dataset: DatasetSummary }): React.JSX.Element {
  const { dataset, onOpen, onTag } = props;
  const trans = useTrans();
  const ref = { workspace: dataset.workspace, name: dataset.name, version: null };
  const drag = (event: React.DragEvent): void => {
    event.dataTransfer.setData('text/plain', codeToLoad(ref, dataset.format));
    event.dataTransfer.effectAllowed = 'copy';
  };
  return (
    <li
      className="od-DatasetItem od-List-item"
      draggable
      onDragStart={drag}
      data-workspace={dataset.workspace}
      data-name={dataset.name}
      data-format={dataset.format}
    >
      <button className="od-List-open" onClick={() => onOpen(ref)} title={dataset.description || undefined}>
        <span className="od-List-title">{dataset.name}</span>
        <span className="od-List-note">
          {trans.__('version %1', dataset.latest_version)}
          {' · '}
          {dataset.rows === null
            ? dataset.format
            : trans._n('%1 row', '%1 rows', dataset.rows).replace(String(dataset.rows), number(dataset.rows))}
          {' · '}
          {bytes(dataset.bytes)}
          {' · '}
          <Ago at={dataset.updated_at} />
        </span>
      </button>
      {dataset.tags.length > 0 && (
        <span className="od-Tags">
          {dataset.tags.map(one => (
            <button key={one} className="od-Tag" onClick={() => onTag(one)}>
              {one}
            </button>
          ))}
        </span>
      )}
    </li>
  );
}
