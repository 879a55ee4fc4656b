import React from 'react';
import { useLoaded, useSettled, useSignal } from './hooks';
import { Busy, Refusal, SearchBox, WorkspaceSelect } from './views';
import { IWorkspaces } from './workspaces';

/** A sidebar's frame: the workspace, a search box, and below them what is in the workspace. */
export function WorkspacePanel(props: {
  workspaces: IWorkspaces;
  /** What the search box is called. */
  label: string;
  /** What stands below the search box. */
  head?: React.ReactNode;
  /** Draw what is in a workspace; `search` is what somebody has finished typing. */
  children: (workspace: string, search: string) => React.ReactNode;
}): React.JSX.Element {
  const { workspaces } = props;
  useSignal(workspaces.changed);
  const asked = useLoaded(() => workspaces.ready(), [workspaces]);
  const [text, setText] = React.useState('');
  const search = useSettled(text.trim());
  const workspace = workspaces.current?.name;
  return (
    <div className="od-Panel">
      <div className="od-Panel-head">
        <WorkspaceSelect workspaces={workspaces} />
        <SearchBox label={props.label} value={text} onChange={setText} />
        {props.head}
      </div>
      {asked.error && !workspace ? (
        <Refusal error={asked.error} onRetry={asked.reload} />
      ) : workspace ? (
        props.children(workspace, search)
      ) : (
        <Busy />
      )}
    </div>
  );
}
