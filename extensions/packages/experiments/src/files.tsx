import { Button, fileIcon, folderIcon } from '@jupyterlab/ui-components';
import { Busy, bytes, Empty, Refusal, useLoaded, useTrans } from '@onedata/core';
import React from 'react';
import { Files, listFiles, readFile } from './api';
import { FileInfo, LoggedModel } from './contract';
import { baseName, imageType, kindOf, readable } from './filekinds';
import { isLive, Run } from './run';

const LIVE_SECONDS = 8;
const MOST_TEXT_BYTES = 200_000;
const MOST_IMAGE_BYTES = 20_000_000;

interface Picked {
  files: Files;
  file: FileInfo;
}

/** The files that a run logged, and those of its models: a tree beside what is chosen in it. */
export function FilesView(props: { workspace: string; run: Run; models: LoggedModel[] }): React.JSX.Element {
  const { workspace, run, models } = props;
  const trans = useTrans();
  const [picked, setPicked] = React.useState<Picked | null>(null);
  const own: Files = { workspace, runId: run.id, modelId: null };
  const top = useLoaded(
    signal => listFiles(own, '', signal),
    [workspace, run.id],
    isLive(run) ? LIVE_SECONDS : 0
  );
  if (!top.value) {
    return top.error ? <Refusal error={top.error} onRetry={top.reload} /> : <Busy />;
  }
  if (top.value.length + models.length === 0) {
    return (
      <Empty title={trans.__('No artefacts')}>
        <p>{trans.__('Log a file, a figure or a model in the run:')}</p>
        <pre>{'mlflow.log_figure(figure, "plots/errors.png")'}</pre>
      </Empty>
    );
  }
  return (
    <div className="od-Files">
      <ul className="od-Files-tree" aria-label={trans.__('Artefacts')}>
        <Level files={own} items={top.value} picked={picked} onPick={setPicked} />
        {models.map(({ info }) => (
          <Folder
            key={info.model_id}
            title={trans.__('%1 (model)', info.name)}
            path=""
            files={{ ...own, modelId: info.model_id }}
            picked={picked}
            onPick={setPicked}
          />
        ))}
      </ul>
      <div className="od-Files-shown">
        {picked ? (
          <Shown key={`${picked.files.modelId}/${picked.file.path}`} {...picked} />
        ) : (
          <p className="od-muted">{trans.__('Choose a file to see what is in it.')}</p>
        )}
      </div>
    </div>
  );
}

interface TreeProps {
  files: Files;
  picked: Picked | null;
  onPick: (picked: Picked) => void;
}

function Level(props: TreeProps & { items: FileInfo[] }): React.JSX.Element {
  const { files, picked, onPick } = props;
  return (
    <>
      {props.items.map(one =>
        one.is_dir ? (
          <Folder key={one.path} {...props} title={baseName(one.path)} path={one.path} />
        ) : (
          <li key={one.path}>
            <button
              className="od-Files-item"
              aria-current={
                (picked?.file.path === one.path && picked.files.modelId === files.modelId) || undefined
              }
              onClick={() => onPick({ files, file: one })}
            >
              <fileIcon.react tag="span" />
              <span>{baseName(one.path)}</span>
              {one.file_size !== undefined && <span className="od-muted">{bytes(one.file_size)}</span>}
            </button>
          </li>
        )
      )}
    </>
  );
}

function Folder(props: TreeProps & { title: string; path: string }): React.JSX.Element {
  const [isOpen, setOpen] = React.useState(false);
  return (
    <li>
      <button className="od-Files-item" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <span aria-hidden="true" className="od-Files-twist">
          {isOpen ? '▾' : '▸'}
        </span>
        <folderIcon.react tag="span" />
        <span>{props.title}</span>
      </button>
      {isOpen && <Inside {...props} />}
    </li>
  );
}

function Inside(props: TreeProps & { path: string }): React.JSX.Element {
  const { files, path } = props;
  const trans = useTrans();
  const found = useLoaded(
    signal => listFiles(files, path, signal),
    [files.workspace, files.runId, files.modelId, path]
  );
  if (!found.value) {
    return found.error ? <Refusal error={found.error} onRetry={found.reload} /> : <Busy />;
  }
  return (
    <ul>
      {found.value.length === 0 && <li className="od-muted">{trans.__('empty')}</li>}
      <Level {...props} items={found.value} />
    </ul>
  );
}

function Shown(props: Picked): React.JSX.Element {
  const { files, file } = props;
  const trans = useTrans();
  const [error, setError] = React.useState<unknown>(null);
  const download = (): void => {
    readFile(files, file.path, null).then(blob => save(blob, baseName(file.path)), setError);
  };
  return (
    <section aria-label={file.path}>
      <div className="od-Files-head">
        <h3>{file.path}</h3>
        <Button small className="jp-mod-styled" onClick={download}>
          {trans.__('Download')}
        </Button>
      </div>
      {error ? <Refusal error={error} /> : null}
      <Preview {...props} />
    </section>
  );
}

/** Hand a file to the browser. It came with a header that a plain link could not send. */
function save(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

function Preview(props: Picked): React.JSX.Element {
  const { file } = props;
  const trans = useTrans();
  const kind = kindOf(file.path);
  if (kind === 'image' && (file.file_size ?? 0) <= MOST_IMAGE_BYTES) {
    return <Picture {...props} />;
  }
  if (kind === 'text') {
    return <TextOf {...props} />;
  }
  return <p className="od-muted">{trans.__('There is no preview of this kind of file. Download it.')}</p>;
}

function Picture(props: Picked): React.JSX.Element {
  const { files, file } = props;
  const found = useLoaded(signal => readFile(files, file.path, null, signal), [file.path]);
  const [url, setUrl] = React.useState<string | null>(null);
  React.useEffect(() => {
    if (found.value) {
      // Whatever the service calls it: an image, and never a page, is shown.
      const made = URL.createObjectURL(new Blob([found.value], { type: imageType(file.path)! }));
      setUrl(made);
      return () => URL.revokeObjectURL(made);
    }
  }, [found.value, file.path]);
  if (!url) {
    return found.error ? <Refusal error={found.error} onRetry={found.reload} /> : <Busy />;
  }
  return <img className="od-Files-image" src={url} alt={file.path} />;
}

function TextOf(props: Picked): React.JSX.Element {
  const { files, file } = props;
  const trans = useTrans();
  const isWhole = (file.file_size ?? 0) <= MOST_TEXT_BYTES;
  const found = useLoaded(
    async signal => {
      const blob = await readFile(files, file.path, isWhole ? null : MOST_TEXT_BYTES, signal);
      return readable(file.path, await blob.slice(0, MOST_TEXT_BYTES).text(), isWhole);
    },
    [file.path]
  );
  if (found.value === undefined) {
    return found.error ? <Refusal error={found.error} onRetry={found.reload} /> : <Busy />;
  }
  return (
    <>
      {!isWhole && <p className="od-muted">{trans.__('The first %1.', bytes(MOST_TEXT_BYTES))}</p>}
      <pre className="od-Files-text" tabIndex={0}>
        {found.value}
      </pre>
    </>
  );
}
