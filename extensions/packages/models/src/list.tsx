import { Button } from '@jupyterlab/ui-components';
import {
  Ago,
  Busy,
  Empty,
  IWorkspaces,
  modelsIcon,
  readPages,
  Refusal,
  RefreshButton,
  useLoaded,
  useTrans,
  WorkspacePanel
} from '@onedata/core';
import React from 'react';
import { listModels } from './api';
import { ModelRef, RegisteredModel } from './contract';

const REFRESH_SECONDS = 20;

export interface ModelListProps {
  workspaces: IWorkspaces;
  onOpen: (ref: ModelRef) => void;
}

/** The registered models of a workspace, to search and to open. */
export function ModelList(props: ModelListProps): React.JSX.Element {
  const trans = useTrans();
  return (
    <WorkspacePanel workspaces={props.workspaces} label={trans.__('Search models')}>
      {(workspace, search) => <Results {...props} key={workspace} workspace={workspace} search={search} />}
    </WorkspacePanel>
  );
}

function Results(props: ModelListProps & { workspace: string; search: string }): React.JSX.Element {
  const { workspace, search, onOpen } = props;
  const trans = useTrans();
  const [pages, setPages] = React.useState(1);
  const found = useLoaded(
    signal => readPages(cursor => listModels(workspace, search, cursor, signal), pages),
    [workspace, search, pages],
    REFRESH_SECONDS
  );
  const items = found.value?.items;
  return (
    <>
      {found.error ? <Refusal error={found.error} onRetry={found.reload} /> : null}
      {!items && found.busy && <Busy />}
      {items?.length === 0 && <NoModels filtered={!!search} workspaces={props.workspaces} />}
      {items && items.length > 0 && (
        <ul className="od-List" aria-label={trans.__('Models')}>
          {items.map(one => (
            <ModelItem
              key={one.name}
              model={one}
              onOpen={() => onOpen({ workspace, name: one.name, version: null })}
            />
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

function ModelItem(props: { model: RegisteredModel; onOpen: () => void }): React.JSX.Element {
  const { model, onOpen } = props;
  const trans = useTrans();
  const newest = Math.max(0, ...(model.latest_versions ?? []).map(one => Number(one.version)));
  return (
    <li className="od-List-item">
      <button className="od-List-open" onClick={onOpen} title={model.description || undefined}>
        <span className="od-List-title">{model.name}</span>
        <span className="od-List-note">
          {newest ? trans.__('version %1', newest) : trans.__('no version yet')}
          {' · '}
          <Ago at={new Date(model.last_updated_timestamp).toISOString()} />
        </span>
      </button>
      {!!model.aliases?.length && (
        <span className="od-Tags">
          {model.aliases.map(one => (
            <span key={one.alias} className="od-Tag">
              @{one.alias} <span className="od-muted">{one.version}</span>
            </span>
          ))}
        </span>
      )}
    </li>
  );
}

function NoModels(props: { filtered: boolean; workspaces: IWorkspaces }): React.JSX.Element {
  const trans = useTrans();
  if (props.filtered) {
    return (
      <Empty title={trans.__('No model matches')}>
        {trans.__('Try another word, or another workspace.')}
      </Empty>
    );
  }
  return (
    <Empty icon={modelsIcon} title={trans.__('No models yet')}>
      {props.workspaces.may('editor') ? (
        <>
          <p>
            {trans.__('Open a run that logged a model, and choose “Register as model”. Or in a notebook:')}
          </p>
          <pre>{'mlflow.register_model(info.model_uri, "delay-model")'}</pre>
        </>
      ) : (
        <p>{trans.__('You may read here. An editor of this workspace can register models.')}</p>
      )}
    </Empty>
  );
}
