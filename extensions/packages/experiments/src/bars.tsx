import { figure, useTrans } from '@onedata/core';
import React from 'react';
import { colourOf } from './palette';

/** One value of each run, as bars from zero: a metric that was logged once has no curve. */
export function Bars(props: {
  metric: string;
  values: { name: string; place: number; value: number | null }[];
}): React.JSX.Element {
  const { values } = props;
  const trans = useTrans();
  const most = Math.max(...values.map(one => size(one.value)), Number.MIN_VALUE);
  return (
    <table className="od-ValueBars" aria-label={trans.__('Values of %1', props.metric)}>
      <tbody>
        {values.map(one => (
          <tr key={one.place}>
            <th scope="row" title={one.name}>
              {one.name}
            </th>
            <td className="od-ValueBars-room">
              <div
                className={`od-ValueBars-bar ${(one.value ?? 0) < 0 ? 'od-mod-negative' : ''}`}
                style={{ width: `${(100 * size(one.value)) / most}%`, background: colourOf(one.place) }}
              />
            </td>
            <td className="od-mod-number">{figure(one.value)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function size(value: number | null): number {
  return value !== null && Number.isFinite(value) ? Math.abs(value) : 0;
}
