import { Ago, DatasetRef, refText, useLoaded, useTrans } from '@onedata/core';
import { readRun } from '@onedata/experiments/lib/api';
import { datasetsOf, Run } from '@onedata/experiments/lib/run';
import React from 'react';
import { aliasesOf } from './aliases';
import { Alias, ModelVersion } from './contract';

const MOST_AT_FIRST = 25;

interface Actions {
  openDataset: (ref: DatasetRef) => void;
  openRun: (workspace: string, run: string, name: string) => void;
}

export interface VersionsProps {
  workspace: string;
  versions: readonly ModelVersion[];
  aliases: readonly Alias[] | undefined;
  shown: string;
  onShow: (version: string) => void;
  actions: Actions;
}

/** The versions of a model, newest first, each with the run and data behind it. */
export function Versions(props: VersionsProps): React.JSX.Element {
  const trans = useTrans();
  const [most, setMost] = React.useState(MOST_AT_FIRST);
  const shown = props.versions.slice(0, most);
  const runs = useRuns(props.workspace, shown);
  return (
    <>
      <table className="od-Table od-ModelVersions" aria-label={trans.__('Versions')}>
        <thead>
          <tr>
            <th scope="col">{trans.__('Version')}</th>
            <th scope="col">{trans.__('Aliases')}</th>
            <th scope="col">{trans.__('Registered')}</th>
            <th scope="col">{trans.__('Run')}</th>
            <th scope="col">{trans.__('Data')}</th>
            <th scope="col">{trans.__('Description')}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map(one => (
            <VersionRow key={one.version} {...props} version={one} run={runs.get(one.run_id ?? '')} />
          ))}
        </tbody>
      </table>
      {props.versions.length > most && (
        <button className="od-Link" onClick={() => setMost(most + MOST_AT_FIRST)}>
          {trans.__('Show more: %1 of %2 versions are shown', most, props.versions.length)}
        </button>
      )}
    </>
  );
}

/** The runs behind some versions; one that cannot be read is left out. */
function useRuns(workspace: string, versions: readonly ModelVersion[]): ReadonlyMap<string, Run> {
  const ids = [...new Set(versions.flatMap(one => (one.run_id ? [one.run_id] : [])))];
  const found = useLoaded(
    async signal => {
      const answers = await Promise.allSettled(ids.map(id => readRun(workspace, id, signal)));
      return new Map(answers.flatMap(one => (one.status === 'fulfilled' ? [[one.value.id, one.value]] : [])));
    },
    [workspace, ids.join()]
  );
  return found.value ?? new Map();
}

function VersionRow(
  props: VersionsProps & { version: ModelVersion; run: Run | undefined }
): React.JSX.Element {
  const { version, run, actions, workspace } = props;
  const trans = useTrans();
  return (
    <tr aria-current={version.version === props.shown || undefined}>
      <th scope="row">
        <button className="od-Link" onClick={() => props.onShow(version.version)}>
          {trans.__('version %1', version.version)}
        </button>
      </th>
      <td>
        <span className="od-Links">
          {aliasesOf(version.version, props.aliases).map(one => (
            <span key={one} className="od-Tag">
              @{one}
            </span>
          ))}
        </span>
      </td>
      <td>
        <Ago at={new Date(version.creation_timestamp).toISOString()} />
      </td>
      <td>
        {run ? (
          <Links items={[{ text: run.name, open: () => actions.openRun(workspace, run.id, run.name) }]} />
        ) : (
          '–'
        )}
      </td>
      <td>
        {run && (
          <Links
            items={datasetsOf(run).map(ref => ({ text: refText(ref), open: () => actions.openDataset(ref) }))}
          />
        )}
      </td>
      <td className="od-Table-words">{version.description}</td>
    </tr>
  );
}

/** Several links in one place. */
export function Links(props: { items: { text: string; open: () => void }[] }): React.JSX.Element {
  return (
    <span className="od-Links">
      {props.items.map(one => (
        <button key={one.text} className="od-Link" onClick={one.open}>
          {one.text}
        </button>
      ))}
    </span>
  );
}
