import {
  Ago,
  EmptyList,
  IWorkspaces,
  Listing,
  modelsIcon,
  usePaged,
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
      {(workspace, search) => <Results {...props} workspace={workspace} search={search} />}
    </WorkspacePanel>
  );
}

function Results(props: ModelListProps & { workspace: string; search: string }): React.JSX.Element {
  const { workspace, search, onOpen } = props;
  const trans = useTrans();
  const found = usePaged(
    (cursor, signal) => listModels(workspace, search, cursor, signal),
    `${workspace} ${search}`,
    REFRESH_SECONDS
  );
  return (
    <Listing
      label={trans.__('Models')}
      found={found}
      items={found.value?.items}
      onMore={found.readMore}
      empty={<NoModels searched={!!search} workspaces={props.workspaces} />}
    >
      {one => (
        <ModelItem
          key={one.name}
          model={one}
          onOpen={() => onOpen({ workspace, name: one.name, version: null })}
        />
      )}
    </Listing>
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

function NoModels(props: { searched: boolean; workspaces: IWorkspaces }): React.JSX.Element {
  const trans = useTrans();
  return (
    <EmptyList
      {...props}
      icon={modelsIcon}
      title={trans.__('No models yet')}
      noMatch={trans.__('No model matches')}
      readOnly={trans.__('You may read here. An editor of this workspace can register models.')}
    >
      <p>{trans.__('Open a run that logged a model, and choose “Register as model”. Or in a notebook:')}</p>
      <pre>{'mlflow.register_model(info.model_uri, "delay-model")'}</pre>
    </EmptyList>
  );
}
