import { Button, LabIcon } from '@jupyterlab/ui-components';
import React from 'react';
import { Loaded, useLoaded } from './hooks';
import { readPages } from './paging';
import { Busy, Empty, Refusal, RefreshButton, useTrans } from './views';
import { IWorkspaces } from './workspaces';

export interface Paged<T> extends Loaded<{ items: T[]; more: boolean }> {
  /** Show one page more. */
  readMore: () => void;
}

/**
 * Load the pages of a list that are shown, again every `everySeconds`.
 *
 * @param key - What is read: the workspace, the search. Another one begins with its first page.
 */
export function usePaged<T>(
  read: (cursor: string | null, signal: AbortSignal) => Promise<{ items: T[]; next: string | null }>,
  key: string,
  everySeconds: number
): Paged<T> {
  const [shown, setShown] = React.useState({ key, pages: 1 });
  const pages = shown.key === key ? shown.pages : 1;
  const found = useLoaded(
    signal => readPages(cursor => read(cursor, signal), pages),
    [key, pages],
    everySeconds
  );
  return { ...found, readMore: () => setShown({ key, pages: pages + 1 }) };
}

/** What a sidebar lists, or why it lists nothing; below it the ways to more. */
export function Listing<T>(props: {
  /** What the items are. */
  label: string;
  found: Loaded<{ more: boolean }>;
  /** Undefined until they are known. */
  items: T[] | undefined;
  onMore: () => void;
  /** What stands there where there are no items. */
  empty: React.ReactNode;
  /** What is to be said of the list, below it. */
  note?: React.ReactNode;
  /** Other buttons in the foot. */
  buttons?: React.ReactNode;
  children: (item: T) => React.ReactNode;
}): React.JSX.Element {
  const { found, items } = props;
  const trans = useTrans();
  return (
    <>
      {found.error ? <Refusal error={found.error} onRetry={found.reload} /> : null}
      {!items && found.busy && <Busy />}
      {items?.length === 0 && props.empty}
      {items && items.length > 0 && (
        <ul className="od-List" aria-label={props.label}>
          {items.map(props.children)}
        </ul>
      )}
      {props.note}
      <div className="od-Panel-foot">
        {found.value?.more && (
          <Button small onClick={props.onMore}>
            {trans.__('Show more')}
          </Button>
        )}
        {props.buttons}
        <RefreshButton onClick={found.reload} busy={found.busy} />
      </div>
    </>
  );
}

/** What stands where a list has no items: how to make one, for those who may; or that a search found none. */
export function EmptyList(props: {
  icon: LabIcon;
  title: string;
  /** Said instead where something was searched for. */
  noMatch: string;
  searched: boolean;
  workspaces: IWorkspaces;
  /** Said to those who may only read. */
  readOnly: string;
  children: React.ReactNode;
}): React.JSX.Element {
  const trans = useTrans();
  if (props.searched) {
    return <Empty title={props.noMatch}>{trans.__('Try another word, or another workspace.')}</Empty>;
  }
  return (
    <Empty icon={props.icon} title={props.title}>
      {props.workspaces.may('editor') ? props.children : <p>{props.readOnly}</p>}
    </Empty>
  );
}
