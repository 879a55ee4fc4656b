import { figure, moment, useTrans } from '@onedata/core';
import React from 'react';
import { isOwnTag, Run } from './run';

/** What a run measured, and what it was given. */
export function Values(props: { run: Run }): React.JSX.Element {
  const { run } = props;
  const trans = useTrans();
  return (
    <div className="od-Values">
      <Pairs title={trans.__('Metrics')} none={trans.__('No metrics so far.')} pairs={[...run.metrics]} />
      <Pairs
        title={trans.__('Parameters')}
        none={trans.__('No parameters so far.')}
        pairs={[...run.params]}
      />
    </div>
  );
}

/** What is noted about a run. */
export function Tags(props: { run: Run }): React.JSX.Element {
  const { run } = props;
  const trans = useTrans();
  const all = [...run.tags];
  return (
    <div className="od-Values">
      <Pairs
        title={trans.__('Tags')}
        none={trans.__('Nobody has set a tag.')}
        pairs={all.filter(([name]) => isOwnTag(name))}
      />
      <Pairs
        title={trans.__('Noted by the platform and MLflow')}
        none={trans.__('Nothing.')}
        pairs={all.filter(([name]) => !isOwnTag(name))}
      />
      <Pairs
        title={trans.__('The run itself')}
        none=""
        asGiven
        pairs={[
          [trans.__('Id'), run.id],
          [trans.__('Started'), moment(new Date(run.startMs))],
          ...(run.endMs ? [[trans.__('Ended'), moment(new Date(run.endMs))] as [string, string]] : [])
        ]}
      />
    </div>
  );
}

function Pairs(props: {
  title: string;
  none: string;
  pairs: [string, string | number][];
  /** Keep the order, which is by name otherwise. */
  asGiven?: boolean;
}): React.JSX.Element {
  const trans = useTrans();
  const pairs = props.asGiven
    ? props.pairs
    : [...props.pairs].sort(([one], [other]) => one.localeCompare(other));
  return (
    <section aria-label={props.title}>
      <h3>{props.title}</h3>
      {pairs.length === 0 ? (
        <p className="od-muted">{props.none}</p>
      ) : (
        <table className="od-Table">
          <thead className="od-visually-hidden">
            <tr>
              <th scope="col">{trans.__('Name')}</th>
              <th scope="col">{trans.__('Value')}</th>
            </tr>
          </thead>
          <tbody>
            {pairs.map(([name, value]) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td className={typeof value === 'number' ? 'od-mod-number' : 'od-Table-words'}>
                  <span title={String(value)}>{typeof value === 'number' ? figure(value) : value}</span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
