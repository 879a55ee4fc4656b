import { Button } from '@jupyterlab/ui-components';
import {
  Busy,
  Empty,
  experimentsIcon,
  IWorkspaces,
  number,
  RefreshButton,
  Tabs,
  useLoaded,
  useTrans
} from '@onedata/core';
import React from 'react';
import { searchRuns } from './api';
import { ColumnChooser } from './chooser';
import { Column, columnsOf, NEWEST_FIRST, orderBy, Sort, sorted } from './columns';
import { Curves } from './curves';
import { Differences } from './differences';
import { FilterForm, FilterRefusal } from './filter';
import { ExperimentRef } from './list';
import { RunPages } from './pages';
import { useColumns } from './remembered';
import { Run } from './run';
import { RunTable } from './table';

const LIVE_SECONDS = 4;
const CALM_SECONDS = 20;

export interface ExperimentPageProps {
  workspaces: IWorkspaces;
  experiment: ExperimentRef;
  onOpenRun: (workspace: string, runId: string, name: string) => void;
}

/** An experiment: its runs in a table, and those chosen over one another. */
export function ExperimentPage(props: ExperimentPageProps): React.JSX.Element {
  const { workspace, id, name } = props.experiment;
  const trans = useTrans();
  const [filter, setFilter] = React.useState('');
  const [sort, setSort] = React.useState(NEWEST_FIRST);
  const [askedSort, setAskedSort] = React.useState(NEWEST_FIRST);
  const found = useRuns(props.experiment, filter, askedSort);
  const { pages } = found;
  const runs = React.useMemo(
    () => (pages.isComplete ? sorted(found.runs, sort) : found.runs),
    [found.runs, pages.isComplete, sort]
  );
  const onSort = (wanted: Sort): void => {
    setSort(wanted);
    if (!pages.isComplete) {
      setAskedSort(wanted); // MLflow sorts what is not here
    }
  };
  const all = React.useMemo(() => columnsOf(runs), [runs]);
  const [columns, setColumns] = useColumns(`${workspace}/${id}`, runs);
  return (
    <div className="od-Page od-ExperimentPage">
      <div className="od-Page-head">
        <div className="od-Page-title">
          <h2>
            <span className="od-muted">{workspace}/</span>
            {name}
          </h2>
          <span className="od-muted" role="status">
            {pages.isComplete
              ? trans._n('%1 run', '%1 runs', runs.length).replace(String(runs.length), number(runs.length))
              : runs.length > 0
                ? trans.__('the first %1 runs', number(runs.length))
                : ''}
          </span>
          <ColumnChooser all={all} chosen={columns} onChange={setColumns} />
          <RefreshButton onClick={found.reload} busy={found.busy} />
        </div>
        <FilterForm filter={filter} onFilter={setFilter} />
      </div>
      {found.error ? <FilterRefusal error={found.error} filter={filter} onRetry={found.reload} /> : null}
      <Runs
        {...props}
        found={found}
        runs={runs}
        filter={filter}
        columns={columns}
        sort={sort}
        onSort={onSort}
      />
    </div>
  );
}

interface FoundRuns {
  pages: RunPages;
  runs: readonly Run[];
  wasRead: boolean;
  error: unknown;
  busy: boolean;
  reload: () => void;
}

/** Keep the runs of an experiment as they are now; those under way are looked at every few seconds. */
function useRuns(experiment: ExperimentRef, filter: string, sort: Sort): FoundRuns {
  const { workspace, id } = experiment;
  const [, redraw] = React.useReducer((turn: number) => turn + 1, 0);
  const order = orderBy(sort).join();
  const pages = React.useMemo(
    () =>
      new RunPages(
        (question, signal) => searchRuns(workspace, id, question, signal),
        filter,
        order ? [order] : [],
        redraw
      ),
    [workspace, id, filter, order]
  );
  const asked = useLoaded(
    async signal => {
      await pages.refresh(signal);
      return pages;
    },
    [pages],
    pages.hasLive ? LIVE_SECONDS : CALM_SECONDS
  );
  const { value, ...rest } = asked;
  return { pages, runs: pages.runs, wasRead: value === pages, ...rest };
}

interface RunsProps extends ExperimentPageProps {
  found: FoundRuns;
  runs: readonly Run[];
  filter: string;
  columns: Column[];
  sort: Sort;
  onSort: (sort: Sort) => void;
}

function Runs(props: RunsProps): React.JSX.Element {
  const { experiment, found, runs } = props;
  const { workspace, name } = experiment;
  const trans = useTrans();
  const [tab, setTab] = React.useState('runs');
  const [chosen, setChosen] = React.useState<Run[]>([]);
  const scrolled = React.useRef(0);
  const current = React.useMemo(() => {
    const now = new Map(runs.map(run => [run.id, run]));
    return chosen.map(run => now.get(run.id) ?? run);
  }, [chosen, runs]);
  const ids = React.useMemo(() => current.map(run => run.id), [current]);
  const onChoose = React.useCallback(
    (id: string, on: boolean) =>
      setChosen(before => [
        ...before.filter(run => run.id !== id),
        ...(on ? found.pages.runs.filter(run => run.id === id) : [])
      ]),
    [found.pages]
  );
  const { onOpenRun } = props;
  const onOpen = React.useCallback(
    (run: Run) => onOpenRun(workspace, run.id, run.name),
    [workspace, onOpenRun]
  );
  const abort = useAbort(found.pages);
  const tabs = [
    {
      id: 'runs',
      title: trans.__('Runs'),
      view: () =>
        runs.length > 0 ? (
          <>
            <Chosen count={ids.length} onClear={() => setChosen([])} onCompare={() => setTab('curves')} />
            <RunTable
              label={trans.__('Runs of %1', name)}
              runs={runs}
              columns={props.columns}
              sort={props.sort}
              chosen={ids}
              scrolled={scrolled}
              onSort={props.onSort}
              onChoose={onChoose}
              onOpen={onOpen}
              onNearEnd={() => void found.pages.more(abort.signal).catch(() => undefined)}
            />
          </>
        ) : found.wasRead ? (
          <NoRuns name={name} filtered={props.filter !== ''} {...props} />
        ) : (
          found.busy && <Busy />
        )
    },
    {
      id: 'curves',
      title: ids.length ? trans.__('Curves (%1)', ids.length) : trans.__('Curves'),
      view: () => (ids.length ? <Curves workspace={workspace} runs={current} /> : <NothingChosen />)
    },
    {
      id: 'differences',
      title: ids.length ? trans.__('Differences (%1)', ids.length) : trans.__('Differences'),
      view: () =>
        ids.length > 1 ? <Differences runs={current} onOpen={onOpen} /> : <NothingChosen least={2} />
    }
  ];
  return <Tabs label={name} tabs={tabs} chosen={tab} onChoose={setTab} />;
}

/** Give up what is on its way when the view goes, or asks for something else. */
function useAbort(of: unknown): AbortController {
  const made = React.useRef({ of, controller: new AbortController() });
  if (made.current.of !== of) {
    made.current = { of, controller: new AbortController() };
  }
  const { controller } = made.current;
  React.useEffect(() => () => controller.abort(), [controller]);
  return controller;
}

function Chosen(props: { count: number; onClear: () => void; onCompare: () => void }): React.JSX.Element {
  const { count } = props;
  const trans = useTrans();
  return (
    <div className="od-Chosen">
      {count === 0 ? (
        <span className="od-muted">{trans.__('Select runs to see their curves over one another.')}</span>
      ) : (
        <>
          <span>{trans._n('%1 run selected', '%1 runs selected', count)}</span>
          <Button small className="jp-mod-styled jp-mod-accept" onClick={props.onCompare}>
            {trans.__('Compare')}
          </Button>
          <button className="od-Link" onClick={props.onClear}>
            {trans.__('Clear selection')}
          </button>
        </>
      )}
    </div>
  );
}

function NothingChosen(props: { least?: number }): React.JSX.Element {
  const trans = useTrans();
  return (
    <Empty icon={experimentsIcon} title={trans.__('Nothing to compare yet')}>
      {props.least
        ? trans.__('Select two or more runs in the table: what differs between them is marked here.')
        : trans.__('Select runs in the table: their metrics are drawn here.')}
    </Empty>
  );
}

function NoRuns(props: { name: string; filtered: boolean } & ExperimentPageProps): React.JSX.Element {
  const trans = useTrans();
  if (props.filtered) {
    return <Empty title={trans.__('No run matches')}>{trans.__('Change or clear the filter.')}</Empty>;
  }
  return (
    <Empty icon={experimentsIcon} title={trans.__('No runs yet')}>
      {props.workspaces.may('editor', props.experiment.workspace) ? (
        <pre>
          {`import mlflow\n\nmlflow.set_experiment(${JSON.stringify(props.name)})\nwith mlflow.start_run():\n    mlflow.log_metric("loss", 0.3)`}
        </pre>
      ) : (
        <p>{trans.__('You may read here. An editor of this workspace can start runs.')}</p>
      )}
    </Empty>
  );
}
