import { Button, deleteIcon } from '@jupyterlab/ui-components';
import { IconButton, useTrans } from '@onedata/core';
import React from 'react';
import { NotifyOn } from './contract';
import { Notice } from './draft';

/** Who hears of a run's end, and of which. */
export function Notices(props: {
  notices: Notice[];
  problem?: string;
  onChange: (notices: Notice[]) => void;
}): React.JSX.Element {
  const { notices, onChange } = props;
  const trans = useTrans();
  const change = (place: number, fields: Partial<Notice>): void =>
    onChange(notices.map((one, at) => (at === place ? { ...one, ...fields } : one)));
  return (
    <div className="od-Field od-Notices" role="group" aria-label={trans.__('Notifications')}>
      <span className="od-Field-label">{trans.__('Notifications')}</span>
      {notices.map((one, place) => (
        <NoticeRow
          key={place}
          notice={one}
          onChange={fields => change(place, fields)}
          onRemove={() => onChange(notices.filter((_, at) => at !== place))}
        />
      ))}
      <Button
        small
        className="od-Notices-add"
        onClick={() => onChange([...notices, { type: 'webhook', address: '', on: ['failed'] }])}
      >
        {trans.__('Add a notification')}
      </Button>
      {props.problem && (
        <div className="od-Field-problem" role="alert">
          {props.problem}
        </div>
      )}
    </div>
  );
}

function NoticeRow(props: {
  notice: Notice;
  onChange: (fields: Partial<Notice>) => void;
  onRemove: () => void;
}): React.JSX.Element {
  const { notice, onChange } = props;
  const trans = useTrans();
  const isMail = notice.type === 'mail';
  const toggle = (end: NotifyOn, on: boolean): void =>
    onChange({ on: on ? [...notice.on, end] : notice.on.filter(one => one !== end) });
  const ends: [NotifyOn, string][] = [
    ['failed', trans.__('on failure')],
    ['succeeded', trans.__('on success')]
  ];
  return (
    <div className="od-Notice">
      <select
        className="jp-mod-styled"
        aria-label={trans.__('Kind of notification')}
        value={notice.type}
        onChange={event => onChange({ type: event.target.value as Notice['type'] })}
      >
        <option value="webhook">{trans.__('Webhook')}</option>
        <option value="mail">{trans.__('Mail')}</option>
      </select>
      <input
        className="jp-mod-styled"
        aria-label={isMail ? trans.__('Mail address') : trans.__('Webhook URL')}
        placeholder={isMail ? 'ann@example.org' : 'https://example.org/hook'}
        spellCheck={false}
        value={notice.address}
        onChange={event => onChange({ address: event.target.value, withheld: undefined })}
      />
      {ends.map(([end, words]) => (
        <label key={end} className="od-Check">
          <input
            type="checkbox"
            checked={notice.on.includes(end)}
            onChange={event => toggle(end, event.target.checked)}
          />
          {words}
        </label>
      ))}
      <IconButton icon={deleteIcon} label={trans.__('Remove this notification')} onClick={props.onRemove} />
    </div>
  );
}
