import { Button } from '@jupyterlab/ui-components';
import {
  Ago,
  Busy,
  Empty,
  experimentsIcon,
  IWorkspaces,
  readPages,
  Refusal,
  RefreshButton,
  useLoaded,
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
      {(workspace, search) => <Results {...props} key={workspace} workspace={workspace} search={search} />}
    </WorkspacePanel>
  );
}

function Results(props: ExperimentListProps & { workspace: string; search: string }): React.JSX.Element {
  const { workspace, search, onOpen } = props;
  const trans = useTrans();
  const [pages, setPages] = React.useState(1);
  const found = useLoaded(
    signal => readPages(cursor => listExperiments(workspace, search, cursor, signal), pages),
    [workspace, search, pages],
    REFRESH_SECONDS
  );
  const items = found.value?.items;
  return (
    <>
      {found.error ? <Refusal error={found.error} onRetry={found.reload} /> : null}
      {!items && found.busy && <Busy />}
      {items?.length === 0 && <NoExperiments filtered={!!search} workspaces={props.workspaces} />}
      {items && items.length > 0 && (
        <ul className="od-List" aria-label={trans.__('Experiments')}>
          {items.map(one => (
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
          ))}
        </ul>
      )}
      <div className="od-Panel-foot">
        {found.value?.more && (
          <Button small onClick={() => setPages(before => before + 1)}>
            {trans.__('Show more')}
          </Button>
        )}
        <RefreshButton onClick={found.reload} busy={found.busy} />
      </div>
    </>
  );
}

function NoExperiments(props: { filtered: boolean; workspaces: IWorkspaces }): React.JSX.Element {
  const trans = useTrans();
  if (props.filtered) {
    return (
      <Empty title={trans.__('No experiment matches')}>
        {trans.__('Try another word, or another workspace.')}
      </Empty>
    );
  }
  return (
    <Empty icon={experimentsIcon} title={trans.__('No experiments yet')}>
      {props.workspaces.may('editor') ? (
        <>
          <p>{trans.__('Start a run from a notebook:')}</p>
          <pre>
            {
              'import mlflow\n\nmlflow.set_experiment("delays")\nwith mlflow.start_run():\n    mlflow.log_metric("loss", 0.3)'
            }
          </pre>
        </>
      ) : (
        <p>{trans.__('You may read here. An editor of this workspace can start runs.')}</p>
      )}
    </Empty>
  );
}
