import { Busy, Empty, Refusal, SearchBox, useLoaded, useTrans } from '@onedata/core';
import React from 'react';
import { readHistory } from './api';
import { Bars } from './bars';
import { colourOf } from './palette';
import { isLive, Run } from './run';
import { align, byRun, XAxis } from './series';
import { Status } from './status';

const Chart = React.lazy(async () => ({ default: (await import('./chart')).Chart }));

const LIVE_SECONDS = 4;
const MOST_RUNS = 100; // MLflow's own limit for one question
const MOST_CHARTS = 12;

export interface Drawing {
  axis: XAxis;
  logarithmic: boolean;
  smoothing: number;
}

/** The metrics of some runs, a chart for each, the runs over one another. */
export function Curves(props: { workspace: string; runs: readonly Run[] }): React.JSX.Element {
  const trans = useTrans();
  const runs = props.runs.slice(0, MOST_RUNS);
  const [drawing, setDrawing] = React.useState<Drawing>({ axis: 'step', logarithmic: false, smoothing: 0 });
  const [search, setSearch] = React.useState('');
  const [most, setMost] = React.useState(MOST_CHARTS);
  const keys = [...new Set(runs.flatMap(run => [...run.metrics.keys()]))].sort();
  if (keys.length === 0) {
    return <Empty title={trans.__('No metrics')}>{trans.__('These runs have logged none so far.')}</Empty>;
  }
  const found = keys.filter(key => key.toLowerCase().includes(search.trim().toLowerCase()));
  return (
    <>
      <div className="od-Curves-controls">
        <Controls drawing={drawing} onChange={setDrawing} />
        {keys.length > 6 && (
          <SearchBox label={trans.__('Search metrics')} value={search} onChange={setSearch} />
        )}
      </div>
      <Legend runs={runs} />
      {props.runs.length > runs.length && (
        <p className="od-muted">{trans.__('The first %1 of the selected runs are drawn.', runs.length)}</p>
      )}
      <div className="od-Curves">
        {found.slice(0, most).map(key => (
          <MetricChart key={key} {...props} runs={runs} metric={key} drawing={drawing} />
        ))}
      </div>
      {found.length > most && (
        <button className="od-Link" onClick={() => setMost(most + MOST_CHARTS)}>
          {trans.__('Show more: %1 of %2 metrics are drawn', most, found.length)}
        </button>
      )}
    </>
  );
}

function Controls(props: { drawing: Drawing; onChange: (drawing: Drawing) => void }): React.JSX.Element {
  const { drawing, onChange } = props;
  const trans = useTrans();
  return (
    <>
      <label>
        <span>{trans.__('Horizontal axis')}</span>
        <select
          className="jp-mod-styled"
          value={drawing.axis}
          onChange={event => onChange({ ...drawing, axis: event.target.value as XAxis })}
        >
          <option value="step">{trans.__('Step')}</option>
          <option value="time">{trans.__('Time since start')}</option>
        </select>
      </label>
      <label>
        <span>{trans.__('Smoothing')}</span>
        <input
          type="range"
          min={0}
          max={0.99}
          step={0.01}
          value={drawing.smoothing}
          onChange={event => onChange({ ...drawing, smoothing: Number(event.target.value) })}
        />
        <output>{drawing.smoothing.toFixed(2)}</output>
      </label>
      <label>
        <input
          type="checkbox"
          checked={drawing.logarithmic}
          onChange={event => onChange({ ...drawing, logarithmic: event.target.checked })}
        />
        <span>{trans.__('Logarithmic')}</span>
      </label>
    </>
  );
}

function Legend(props: { runs: readonly Run[] }): React.JSX.Element {
  const trans = useTrans();
  return (
    <ul className="od-Legend" aria-label={trans.__('Runs drawn')}>
      {props.runs.map((run, place) => (
        <li key={run.id}>
          <span className="od-Legend-mark" style={{ background: colourOf(place) }} aria-hidden="true" />
          {run.name} {isLive(run) && <Status status={run.status} />}
        </li>
      ))}
    </ul>
  );
}

function MetricChart(props: {
  workspace: string;
  runs: readonly Run[];
  metric: string;
  drawing: Drawing;
}): React.JSX.Element {
  const { workspace, metric, drawing } = props;
  const trans = useTrans();
  const runs = props.runs.filter(run => run.metrics.has(metric));
  const key = runs.map(run => run.id).join();
  const ids = React.useMemo(() => (key ? key.split(',') : []), [key]);
  const found = useLoaded(
    signal => readHistory(workspace, ids, metric, signal),
    [workspace, metric, ids],
    runs.some(isLive) ? LIVE_SECONDS : 0
  );
  const { axis, smoothing, logarithmic } = drawing;
  const points = found.value;
  const curves = React.useMemo(() => points && byRun(points, ids), [points, ids]);
  const hasCurve = curves?.some(one => one.points.length > 1);
  const data = React.useMemo(
    () => curves && align(curves, axis, smoothing, logarithmic),
    [curves, axis, smoothing, logarithmic]
  );
  const lines = runs.map(run => ({ name: run.name, place: props.runs.indexOf(run) }));
  return (
    <section className="od-Curve" aria-label={trans.__('Curves of %1', metric)}>
      <h3>{metric}</h3>
      {found.error ? <Refusal error={found.error} onRetry={found.reload} /> : null}
      {!data ? (
        found.busy && <Busy />
      ) : hasCurve ? (
        <React.Suspense fallback={<Busy />}>
          <Chart data={data} axis={axis} logarithmic={logarithmic} lines={lines} />
        </React.Suspense>
      ) : (
        <Bars
          metric={metric}
          values={lines.map((one, place) => ({ ...one, value: runs[place].metrics.get(metric) ?? null }))}
        />
      )}
    </section>
  );
}
