import { Notification } from '@jupyterlab/apputils';
import { DatasetVersion, Empty, number, Refusal, useTrans } from '@onedata/core';
import React from 'react';
import { readRows } from './api';
import { Blocks } from './blocks';
import { Grid } from './grid';

const BLOCK_ROWS = 200;
const BLOCKS_KEPT = 40;
const PAUSE_MILLISECONDS = 250;

/** The rows of a version, read a block at a time as they come into sight. */
export function Preview(props: { version: DatasetVersion }): React.JSX.Element {
  const { version } = props;
  const trans = useTrans();
  const rows = version.rows ?? 0;
  if (version.columns.length === 0 || version.format === 'files') {
    return (
      <Empty title={trans.__('No table to preview')}>{trans.__('This version holds plain files.')}</Empty>
    );
  }
  if (rows === 0) {
    return <Empty title={trans.__('No rows')}>{trans.__('The table has columns and no rows.')}</Empty>;
  }
  return <Rows key={`${version.workspace}/${version.name}@${version.version}`} version={version} />;
}

function Rows(props: { version: DatasetVersion }): React.JSX.Element {
  const { version } = props;
  const trans = useTrans();
  const { blocks, error, retry } = useBlocks(version);
  const rows = version.rows ?? 0;
  const label = trans.__(
    'Rows of %1: %2 rows, %3 columns',
    version.name,
    number(rows),
    version.columns.length
  );
  const sayNotHere = (): void => {
    const words = trans.__(
      'Some of the selected rows are not loaded: nothing was copied. Select fewer rows.'
    );
    Notification.warning(words, { autoClose: 5000 });
  };
  return (
    <div className="od-Preview" role="region" aria-label={label}>
      {error ? <Refusal error={error} onRetry={retry} /> : null}
      <Grid
        label={label}
        columns={version.columns}
        rows={rows}
        row={index => blocks.row(index)}
        onLook={blocks.look}
        onNotHere={sayNotHere}
      />
    </div>
  );
}

/** Keep the blocks of a version that were last looked at, and draw anew when one has come. */
function useBlocks(version: DatasetVersion): { blocks: Blocks; error: unknown; retry: () => void } {
  const [error, setError] = React.useState<unknown>(null);
  const [, setCome] = React.useState(0);
  const [blocks] = React.useState(
    () =>
      new Blocks({
        fetch: (offset, limit, signal) => readRows(version, offset, limit, signal),
        size: BLOCK_ROWS,
        most: BLOCKS_KEPT,
        pauseMilliseconds: PAUSE_MILLISECONDS,
        onBlock: () => setCome(before => before + 1),
        onError: setError
      })
  );
  React.useEffect(() => () => blocks.dispose(), [blocks]);
  const retry = (): void => {
    setError(null);
    blocks.again();
  };
  return { blocks, error, retry };
}
