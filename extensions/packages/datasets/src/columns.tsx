import {
  Column,
  ColumnStats,
  DatasetVersion,
  Empty,
  figure,
  number,
  SearchBox,
  share,
  useTrans
} from '@onedata/core';
import React from 'react';
import { Words } from './api';
import { EditableText } from './editing';
import { Bars } from './bars';
import { momentOf } from './moments';

const MOST_SHOWN = 200;
const MOST_LETTERS = 24;

/** The columns of a version: type, meaning, and what is in each. */
export function Columns(props: {
  version: DatasetVersion;
  mayEdit: boolean;
  onSave: (words: Words) => Promise<void>;
}): React.JSX.Element {
  const { version } = props;
  const trans = useTrans();
  const [search, setSearch] = React.useState('');
  const [most, setMost] = React.useState(MOST_SHOWN);
  if (version.columns.length === 0) {
    return (
      <Empty title={trans.__('No table')}>
        {trans._n('This version is %1 plain file.', 'This version is %1 plain files.', version.files)}{' '}
        {trans.__('Load it with as_="path".')}
      </Empty>
    );
  }
  const wanted = search.trim().toLowerCase();
  const found = version.columns.filter(
    one => one.name.toLowerCase().includes(wanted) || one.description.toLowerCase().includes(wanted)
  );
  return (
    <>
      {version.columns.length > 12 && (
        <SearchBox label={trans.__('Search columns')} value={search} onChange={setSearch} />
      )}
      <table className="od-Table od-Columns">
        <thead>
          <tr>
            <th scope="col">{trans.__('Column')}</th>
            <th scope="col">{trans.__('Description')}</th>
            <th scope="col">{trans.__('Values')}</th>
            <th scope="col" className="od-mod-number">
              {trans.__('Missing')}
            </th>
            <th scope="col" className="od-mod-number">
              {trans.__('Distinct')}
            </th>
            <th scope="col" className="od-mod-number">
              {trans.__('Least')}
            </th>
            <th scope="col" className="od-mod-number">
              {trans.__('Mean')}
            </th>
            <th scope="col" className="od-mod-number">
              {trans.__('Greatest')}
            </th>
          </tr>
        </thead>
        <tbody>
          {found.slice(0, most).map(one => (
            <ColumnRow key={one.name} column={one} {...props} />
          ))}
        </tbody>
      </table>
      {found.length > most && (
        <button className="od-Link" onClick={() => setMost(before => before + MOST_SHOWN)}>
          {trans.__('Show more: %1 of %2 columns are shown', most, found.length)}
        </button>
      )}
      {version.columns.some(one => one.stats && !one.stats.exact) && (
        <p className="od-muted">
          {trans.__(
            'Figures are of a sample of %1 rows, except for those that the files state themselves.',
            number(Math.max(...version.columns.map(one => one.stats?.sampled_rows ?? 0)))
          )}
        </p>
      )}
    </>
  );
}

function ColumnRow(props: {
  column: Column;
  version: DatasetVersion;
  mayEdit: boolean;
  onSave: (words: Words) => Promise<void>;
}): React.JSX.Element {
  const { column, version } = props;
  const trans = useTrans();
  const stats = column.stats;
  return (
    <tr>
      <th scope="row">
        <span className="od-Columns-name">{column.name}</span>
        <span className="od-Type">{column.type}</span>
      </th>
      <td className="od-Table-words">
        <EditableText
          compact
          label={trans.__('Description of %1', column.name)}
          value={column.description}
          mayEdit={props.mayEdit}
          onSave={text => props.onSave({ column_descriptions: { [column.name]: text } })}
        />
      </td>
      <td>{stats && <Distribution column={column} stats={stats} />}</td>
      <td className="od-mod-number">{missing(stats, version.rows)}</td>
      <td className="od-mod-number">{figure(stats?.distinct)}</td>
      <td className="od-mod-number">
        <Figure value={stats?.min} type={column.type} />
      </td>
      <td className="od-mod-number">
        <Figure value={stats?.mean} type={column.type} />
      </td>
      <td className="od-mod-number">
        <Figure value={stats?.max} type={column.type} />
      </td>
    </tr>
  );
}

function missing(stats: ColumnStats | null, rows: number | null): string {
  if (!stats || stats.null_count === null) {
    return '–';
  }
  return stats.null_count === 0
    ? '0'
    : share(stats.null_count, stats.exact ? (rows ?? stats.sampled_rows) : stats.sampled_rows);
}

/** A figure; a long text is cut, a moment breaks between its day and its time. */
function Figure(props: { value: unknown; type: string }): React.JSX.Element {
  const text = inWords(props.value, props.type);
  if (typeof props.value === 'number' && !text.includes(' ')) {
    return <>{text}</>;
  }
  const isLong = text.length > MOST_LETTERS;
  return (
    <span className="od-Columns-text" title={isLong ? text : undefined}>
      {isLong ? `${text.slice(0, MOST_LETTERS - 1)}…` : text.replace(/-/g, '\u2011')}
    </span>
  );
}

function inWords(value: unknown, type: string): string {
  return momentOf(value, type) ?? figure(value);
}

function Distribution(props: { column: Column; stats: ColumnStats }): React.JSX.Element | null {
  const { column, stats } = props;
  const trans = useTrans();
  if (stats.histogram) {
    const { edges, counts } = stats.histogram;
    const labels = counts.map(
      (count, place) =>
        `${inWords(edges[place], column.type)} – ${inWords(edges[place + 1], column.type)}: ${number(count)}`
    );
    return <Bars counts={counts} labels={labels} title={trans.__('Distribution of %1', column.name)} />;
  }
  if (stats.top_values?.length) {
    const top = stats.top_values.slice(0, 3).map(one => one.value);
    return (
      <span
        className="od-Top"
        title={stats.top_values.map(one => `${one.value}: ${number(one.count)}`).join('\n')}
      >
        {top.join(', ')}
        {(stats.distinct ?? 0) > top.length ? ' …' : ''}
      </span>
    );
  }
  return null;
}
