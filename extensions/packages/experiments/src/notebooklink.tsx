import { Refusal, useLoaded, useTrans } from '@onedata/core';
import React from 'react';
import { Files, listFiles, readFile } from './api';
import { NotebookCell, notebookDigest } from './digest';
import { NOTEBOOK_COPY, NotebookOfRun, Run } from './run';

/** Where the links to a run's notebook lead. */
export interface NotebookActions {
  openNotebook: (path: string) => void;
  /** The cells of a notebook as it is now; null where there is none at the path. */
  readNotebook: (path: string) => Promise<NotebookCell[] | null>;
  /** Put a notebook as it ran (its JSON) beside the person's files, and open it. */
  openCopy: (notebook: NotebookOfRun, text: string) => Promise<void>;
}

interface NotebookLinkProps {
  run: Run;
  workspace: string;
  notebook: NotebookOfRun;
  actions: NotebookActions;
}

/** The notebook that made a run; where the file is another one by now, also the one that ran. */
export function NotebookLink(props: NotebookLinkProps): React.JSX.Element {
  const { run, workspace, notebook, actions } = props;
  const trans = useTrans();
  const state = useLoaded(async () => {
    const cells = await actions.readNotebook(notebook.path);
    if (!cells) {
      return 'missing';
    }
    const now = await notebookDigest(cells);
    return !now || !notebook.digest ? 'unknown' : now === notebook.digest ? 'same' : 'changed';
  }, [notebook.path, notebook.digest]);
  const isAnother = state.value === 'missing' || state.value === 'changed';
  return (
    <>
      {state.value === 'missing' ? (
        <>
          {notebook.path} <span className="od-muted">({trans.__('not among your files')})</span>
        </>
      ) : (
        <button className="od-Link" onClick={() => actions.openNotebook(notebook.path)}>
          {notebook.path}
        </button>
      )}
      {state.value === 'changed' && (
        <span
          className="od-Changed"
          title={trans.__('Digest of the notebook as it ran: %1', notebook.digest)}
        >
          {trans.__('changed since this run')}
        </span>
      )}
      {isAnother && (
        <CopyLink
          files={{ workspace, runId: run.id, modelId: null }}
          open={text => actions.openCopy(notebook, text)}
        />
      )}
    </>
  );
}

/** Opens the notebook as it ran; nothing where the run kept none. */
function CopyLink(props: { files: Files; open: (text: string) => Promise<void> }): React.JSX.Element | null {
  const { files, open } = props;
  const trans = useTrans();
  const [error, setError] = React.useState<unknown>(null);
  const folder = NOTEBOOK_COPY.slice(0, NOTEBOOK_COPY.lastIndexOf('/'));
  const kept = useLoaded(() => listFiles(files, folder), [files.workspace, files.runId]);
  if (!kept.value?.some(one => one.path === NOTEBOOK_COPY)) {
    return null;
  }
  const show = async () => {
    try {
      setError(null);
      await open(await (await readFile(files, NOTEBOOK_COPY, null)).text());
    } catch (refused) {
      setError(refused);
    }
  };
  return (
    <>
      {' '}
      <button className="od-Link" onClick={() => void show()}>
        {trans.__('Open as it ran')}
      </button>
      {error !== null && <Refusal error={error} />}
    </>
  );
}
