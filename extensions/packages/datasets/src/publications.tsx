import { bytes, useLatest, useLoaded, useTrans } from '@onedata/core';
import React from 'react';
import { listPublications, Publication } from './api';

const CALM_SECONDS = 10;
const LIVE_SECONDS = 1;

/** The files that are on their way to be datasets of a workspace; `onEnd` hears of each that has arrived. */
export function Publications(props: { workspace: string; onEnd: () => void }): React.JSX.Element | null {
  const { workspace, onEnd } = props;
  const trans = useTrans();
  const [live, setLive] = React.useState(false);
  const found = useLoaded(
    async signal => {
      const { items } = await listPublications(signal);
      const underWay = items.filter(one => isUnderWay(one) && one.dataset.startsWith(`${workspace}/`));
      setLive(underWay.length > 0);
      return underWay;
    },
    [workspace],
    live ? LIVE_SECONDS : CALM_SECONDS
  );
  const shown = found.value ?? [];
  const count = React.useRef(0);
  const tell = useLatest(onEnd);
  React.useEffect(() => {
    if (found.value && found.value.length < count.current) {
      tell.current();
    }
    count.current = found.value?.length ?? 0;
  }, [tell, found.value]);
  return shown.length ? (
    <ul className="od-Publications" aria-label={trans.__('Being published')}>
      {shown.map(one => (
        <Bar key={one.id} publication={one} />
      ))}
    </ul>
  ) : null;
}

function Bar(props: { publication: Publication }): React.JSX.Element {
  const { path, dataset, done_bytes, total_bytes } = props.publication;
  const trans = useTrans();
  const words = trans.__('Publishing %1 as %2 …', path, dataset);
  return (
    <li>
      <span>{words}</span>
      <progress
        aria-label={words}
        max={total_bytes ?? undefined}
        value={total_bytes ? done_bytes : undefined}
      />
      {total_bytes !== null && (
        <span className="od-List-note">{trans.__('%1 of %2', bytes(done_bytes), bytes(total_bytes))}</span>
      )}
    </li>
  );
}

function isUnderWay(publication: Publication): boolean {
  return publication.state === 'waiting' || publication.state === 'running';
}
