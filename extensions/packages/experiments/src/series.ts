import { MetricPoint } from './contract';

export type XAxis = 'step' | 'time';

export interface Curve {
  id: string;
  points: readonly MetricPoint[];
}

/** What a chart draws: one row of x, and for each curve its y; undefined is no point, null a gap. */
export interface Aligned {
  x: number[];
  ys: (number | null | undefined)[][];
}

/**
 * Put curves of different lengths over one axis.
 *
 * x is the step, or the seconds since a curve's first point. On a logarithmic axis a value that has
 * no logarithm is a gap, and so is one that is no number.
 */
export function align(
  curves: readonly Curve[],
  axis: XAxis,
  smoothing: number,
  logarithmic: boolean
): Aligned {
  const lines = curves.map(curve => {
    const points = line(curve.points, axis);
    const smooth = smoothed(
      points.map(([, value]) => value),
      smoothing
    );
    return new Map(points.map(([at], place) => [at, drawable(smooth[place], logarithmic)]));
  });
  const x = [...new Set(lines.flatMap(one => [...one.keys()]))].sort((one, other) => one - other);
  return { x, ys: lines.map(one => x.map(at => one.get(at))) };
}

/** Points in order, the last one written where several share an x. */
function line(points: readonly MetricPoint[], axis: XAxis): [number, number][] {
  const start = points.reduce((least, one) => Math.min(least, one.timestamp), Infinity);
  const at = (one: MetricPoint): number => (axis === 'step' ? one.step : (one.timestamp - start) / 1000);
  const ordered = [...points].sort((one, other) => one.timestamp - other.timestamp);
  const latest = new Map(ordered.map(one => [at(one), Number(one.value)]));
  return [...latest].sort(([one], [other]) => one - other);
}

/**
 * The exponential moving average, freed of its start: the first value stands for itself.
 *
 * @param weight 0 leaves the values as they are; below 1. What is no number stays so, and is passed over.
 */
export function smoothed(values: readonly number[], weight: number): number[] {
  if (weight <= 0) {
    return [...values];
  }
  let average = 0;
  let seen = 0;
  return values.map(value => {
    if (!Number.isFinite(value)) {
      return value;
    }
    average = average * weight + value * (1 - weight);
    seen += 1;
    return average / (1 - weight ** seen);
  });
}

function drawable(value: number, logarithmic: boolean): number | null {
  return Number.isFinite(value) && (!logarithmic || value > 0) ? value : null;
}

/** The points of each run, out of one answer for several. */
export function byRun(points: readonly MetricPoint[], ids: readonly string[]): Curve[] {
  const found = new Map<string, MetricPoint[]>(ids.map(id => [id, []]));
  points.forEach(one => found.get(one.run_id ?? '')?.push(one));
  return ids.map(id => ({ id, points: found.get(id)! }));
}
