import {
  Ago,
  EmptyList,
  experimentsIcon,
  IWorkspaces,
  Listing,
  usePaged,
  useTrans,
  WorkspacePanel
} from '@onedata/core';
import React from 'react';
import { listExperiments } from './api';

const REFRESH_SECONDS = 20;

export interface ExperimentRef {
  workspace: string;
  id: string;
  name: string;
}

export interface ExperimentListProps {
  workspaces: IWorkspaces;
  onOpen: (ref: ExperimentRef) => void;
}

/** The experiments of a workspace, to search and to open. */
export function ExperimentList(props: ExperimentListProps): React.JSX.Element {
  const trans = useTrans();
  return (
    <WorkspacePanel workspaces={props.workspaces} label={trans.__('Search experiments')}>
      {(workspace, search) => <Results {...props} workspace={workspace} search={search} />}
    </WorkspacePanel>
  );
}

function Results(props: ExperimentListProps & { workspace: string; search: string }): React.JSX.Element {
  const { workspace, search, onOpen } = props;
  const trans = useTrans();
  const found = usePaged(
    (cursor, signal) => listExperiments(workspace, search, cursor, signal),
    `${workspace} ${search}`,
    REFRESH_SECONDS
  );
  return (
    <Listing
      label={trans.__('Experiments')}
      found={found}
      items={found.value?.items}
      onMore={found.readMore}
      empty={<NoExperiments searched={!!search} workspaces={props.workspaces} />}
    >
      {one => (
        <li key={one.experiment_id} className="od-List-item">
          <button
            className="od-List-open"
            onClick={() => onOpen({ workspace, id: one.experiment_id, name: one.name })}
          >
            <span className="od-List-title">{one.name}</span>
            <span className="od-List-note">
              {trans.__('made')} <Ago at={new Date(one.creation_time).toISOString()} />
            </span>
          </button>
        </li>
      )}
    </Listing>
  );
}

const EXAMPLE = `import mlflow

mlflow.set_experiment("delays")
with mlflow.start_run():
    mlflow.log_metric("loss", 0.3)`;

function NoExperiments(props: { searched: boolean; workspaces: IWorkspaces }): React.JSX.Element {
  const trans = useTrans();
  return (
    <EmptyList
      {...props}
      icon={experimentsIcon}
      title={trans.__('No experiments yet')}
      noMatch={trans.__('No experiment matches')}
      readOnly={trans.__('You may read here. An editor of this workspace can start runs.')}
    >
      <p>{trans.__('Start a run from a notebook:')}</p>
      <pre>{EXAMPLE}</pre>
    </EmptyList>
  );
}
