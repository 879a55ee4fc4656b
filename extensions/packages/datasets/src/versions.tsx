import {
  Ago,
  Busy,
  bytes,
  Dataset,
  figure,
  number,
  Refusal,
  useLoaded,
  useTrans,
  VersionSummary
} from '@onedata/core';
import { Button } from '@jupyterlab/ui-components';
import React from 'react';
import { Comparison, compareVersions, listVersions } from './api';
import { driftWords } from './drift';

/** The versions of a dataset, newest first; two of them can be compared. */
export function Versions(props: {
  dataset: Dataset;
  shown: number;
  onShow: (version: number) => void;
}): React.JSX.Element {
  const { workspace, name, latest_version } = props.dataset;
  const trans = useTrans();
  const [chosen, setChosen] = React.useState<number[]>([]);
  const found = useLoaded(
    async signal => {
      const items: VersionSummary[] = [];
      let cursor: string | null = null;
      do {
        const page: Awaited<ReturnType<typeof listVersions>> = await listVersions(
          workspace,
          name,
          cursor,
          signal
        );
        items.push(...page.items);
        cursor = page.next_cursor;
      } while (cursor && items.length < 500);
      return items;
    },
    [workspace, name, latest_version]
  );
  if (!found.value) {
    return found.error ? <Refusal error={found.error} onRetry={found.reload} /> : <Busy />;
  }
  const choose = (version: number, on: boolean): void =>
    setChosen(before => (on ? [...before.slice(-1), version] : before.filter(one => one !== version)));
  const pair = [...chosen].sort((one, other) => one - other);
  return (
    <>
      <p className="od-Hint od-muted">{trans.__('Choose two versions to compare them.')}</p>
      <table className="od-Table od-Versions">
        <thead>
          <tr>
            <th scope="col">{trans.__('Compare')}</th>
            <th scope="col">{trans.__('Version')}</th>
            <th scope="col" className="od-mod-number">
              {trans.__('Rows')}
            </th>
            <th scope="col" className="od-mod-number">
              {trans.__('Size')}
            </th>
            <th scope="col">{trans.__('Published')}</th>
            <th scope="col">{trans.__('By')}</th>
            <th scope="col">{trans.__('Message')}</th>
          </tr>
        </thead>
        <tbody>
          {found.value.map(one => (
            <tr key={one.version} aria-current={one.version === props.shown || undefined}>
              <td>
                <input
                  type="checkbox"
                  aria-label={trans.__('Compare version %1', one.version)}
                  checked={chosen.includes(one.version)}
                  onChange={event => choose(one.version, event.target.checked)}
                />
              </td>
              <th scope="row">
                <button className="od-Link" onClick={() => props.onShow(one.version)}>
                  {trans.__('version %1', one.version)}
                </button>
              </th>
              <td className="od-mod-number">{one.rows === null ? '–' : number(one.rows)}</td>
              <td className="od-mod-number">{bytes(one.bytes)}</td>
              <td>
                <Ago at={one.created_at} />
              </td>
              <td>{one.created_by}</td>
              <td className="od-Table-words">{one.message}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {pair.length === 2 && (
        <Compare key={pair.join()} workspace={workspace} name={name} before={pair[0]} after={pair[1]} />
      )}
    </>
  );
}

function Compare(props: {
  workspace: string;
  name: string;
  before: number;
  after: number;
}): React.JSX.Element {
  const { workspace, name, before, after } = props;
  const trans = useTrans();
  const found = useLoaded(
    signal => compareVersions(workspace, name, before, after, signal),
    [workspace, name, before, after]
  );
  if (!found.value) {
    return found.error ? (
      <Refusal error={found.error} onRetry={found.reload} />
    ) : (
      <Busy what={trans.__('Comparing version %1 with %2 …', before, after)} />
    );
  }
  return <Changes found={found.value} />;
}

function Changes(props: { found: Comparison }): React.JSX.Element {
  const { before, after, added, removed, changed, drift } = props.found;
  const trans = useTrans();
  const [all, setAll] = React.useState(false);
  const same = before.digest === after.digest;
  const sorted = [...drift].sort((one, other) => (other.value ?? -1) - (one.value ?? -1));
  const shown = all ? sorted : sorted.slice(0, 20);
  return (
    <section className="od-Changes" aria-label={trans.__('Comparison')}>
      <h3>{trans.__('Version %1 to %2', before.version, after.version)}</h3>
      <ul>
        {same && <li>{trans.__('The same bytes.')}</li>}
        {before.rows !== null && after.rows !== null && (
          <li>
            {trans.__('Rows: %1 to %2', number(before.rows), number(after.rows))} (
            {number(after.rows - before.rows, { signDisplay: 'exceptZero' })})
          </li>
        )}
        {added.length > 0 && (
          <li className="od-mod-added">{trans.__('Columns added: %1', added.join(', '))}</li>
        )}
        {removed.length > 0 && (
          <li className="od-mod-removed">{trans.__('Columns removed: %1', removed.join(', '))}</li>
        )}
        {changed.map(one => (
          <li key={one.name}>{trans.__('Type of %1: %2 to %3', one.name, one.before, one.after)}</li>
        ))}
      </ul>
      {shown.length > 0 && (
        <table className="od-Table">
          <thead>
            <tr>
              <th scope="col">{trans.__('Column')}</th>
              <th scope="col">{trans.__('Drift')}</th>
              <th scope="col" className="od-mod-number">
                {trans.__('Value')}
              </th>
              <th scope="col">{trans.__('Measure')}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map(one => (
              <tr key={one.name}>
                <th scope="row">{one.name}</th>
                <td>{driftWords(trans, one.words)}</td>
                <td className="od-mod-number">
                  {figure(one.value === null ? null : Math.round(one.value * 1000) / 1000)}
                </td>
                <td className="od-muted">{driftWords(trans, one.measure)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {sorted.length > shown.length && (
        <Button small onClick={() => setAll(true)}>
          {trans.__('Show all %1 columns', sorted.length)}
        </Button>
      )}
    </section>
  );
}
