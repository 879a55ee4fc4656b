import { figure, useTrans } from '@onedata/core';
import React from 'react';
import { Line, LineKind, compareRuns } from './compare';
import { colourOf } from './palette';
import { Run } from './run';
import { Status } from './status';

/** Parameters, metrics and tags of some runs side by side; where they differ is marked. */
export function Differences(props: { runs: readonly Run[]; onOpen: (run: Run) => void }): React.JSX.Element {
  const { runs, onOpen } = props;
  const trans = useTrans();
  const [onlyDiffering, setOnlyDiffering] = React.useState(false);
  const lines = React.useMemo(() => compareRuns(runs), [runs]);
  const shown = lines.filter(one => one.differs || !onlyDiffering);
  const titles: [LineKind, string][] = [
    ['param', trans.__('Parameters')],
    ['metric', trans.__('Metrics')],
    ['tag', trans.__('Tags')]
  ];
  return (
    <>
      <label className="od-Differences-only">
        <input
          type="checkbox"
          checked={onlyDiffering}
          onChange={event => setOnlyDiffering(event.target.checked)}
        />
        {trans.__('Only what differs')}
        <span className="od-muted">
          {trans.__('%1 of %2', lines.filter(one => one.differs).length, lines.length)}
        </span>
      </label>
      <div className="od-Differences">
        <table className="od-Table" aria-label={trans.__('Differences')}>
          <thead>
            <tr>
              <th scope="col">
                <span className="od-visually-hidden">{trans.__('Name')}</span>
              </th>
              {runs.map((run, place) => (
                <th scope="col" key={run.id}>
                  <span className="od-Differences-run">
                    <span
                      className="od-Legend-mark"
                      style={{ background: colourOf(place) }}
                      aria-hidden="true"
                    />
                    <button className="od-Link" onClick={() => onOpen(run)}>
                      {run.name}
                    </button>
                    <Status status={run.status} short />
                  </span>
                </th>
              ))}
            </tr>
          </thead>
          {titles.map(([kind, title]) => (
            <Group
              key={kind}
              title={title}
              lines={shown.filter(one => one.kind === kind)}
              columns={runs.length + 1}
            />
          ))}
        </table>
      </div>
    </>
  );
}

function Group(props: { title: string; lines: Line[]; columns: number }): React.JSX.Element | null {
  const trans = useTrans();
  if (props.lines.length === 0) {
    return null;
  }
  return (
    <tbody>
      <tr className="od-Differences-group">
        <th scope="rowgroup" colSpan={props.columns}>
          {props.title}
        </th>
      </tr>
      {props.lines.map(line => (
        <tr key={line.key} className={line.differs ? 'od-mod-differs' : ''}>
          <th scope="row">
            {line.key}
            {line.differs && (
              <span className="od-Differences-mark" title={trans.__('differs')}>
                <span aria-hidden="true">≠</span>
                <span className="od-visually-hidden">{trans.__('differs')}</span>
              </span>
            )}
          </th>
          {line.values.map((value, place) => (
            <td key={place} title={value === null ? undefined : String(value)}>
              {value === null ? <span className="od-muted">–</span> : figure(value)}
            </td>
          ))}
        </tr>
      ))}
    </tbody>
  );
}
