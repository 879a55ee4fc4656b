import { duration, figure, useLatest, useTrans } from '@onedata/core';
import React from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { colourVariable, dashOf } from './palette';
import { Aligned, XAxis } from './series';

const HEIGHT = 230;
const MOST_IN_LEGEND = 8;

export interface ChartProps {
  data: Aligned;
  axis: XAxis;
  logarithmic: boolean;
  /** A name for each curve, and the place that gives its colour. */
  lines: { name: string; place: number }[];
}

/** Curves over one axis: drag to zoom, double-click to see all again. */
export function Chart(props: ChartProps): React.JSX.Element {
  const { data, axis, logarithmic, lines } = props;
  const trans = useTrans();
  const host = React.useRef<HTMLDivElement>(null);
  const plot = React.useRef<uPlot | null>(null);
  const theme = useThemeName();
  const look = JSON.stringify([axis, logarithmic, lines, theme]);
  const latest = useLatest({ props, x: axis === 'step' ? trans.__('Step') : trans.__('Time') });
  React.useEffect(() => {
    const node = host.current!;
    const { props, x } = latest.current;
    const made = new uPlot(options(props, node, x), tableOf(props.data), node);
    plot.current = made;
    const observer = new ResizeObserver(() => made.setSize({ width: node.clientWidth, height: HEIGHT }));
    observer.observe(node);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [latest, look]);
  React.useEffect(() => {
    const made = plot.current;
    if (made && made.data[0] !== data.x) {
      const isZoomed = made.scales.x.min !== made.data[0][0] || made.scales.x.max !== made.data[0].at(-1);
      made.setData(tableOf(data), !isZoomed || made.data[0].length === 0); // new points leave the zoom alone
      if (isZoomed) {
        made.redraw(true);
      }
    }
  }, [data]);
  const last = lines.map((one, place) => `${one.name} ${figure(lastOf(data.ys[place]))}`).join(', ');
  return (
    <div
      className="od-Chart"
      ref={host}
      role="img"
      aria-label={trans.__('Last values: %1', last)}
      title={trans.__('Drag to zoom, double-click to see all')}
    />
  );
}

function tableOf(data: Aligned): uPlot.AlignedData {
  return [data.x, ...data.ys];
}

function lastOf(values: (number | null | undefined)[]): number | null {
  return values.filter(one => one !== null && one !== undefined).at(-1) ?? null;
}

/** The name of JupyterLab's theme: a canvas is drawn anew when it changes. */
function useThemeName(): string {
  const [name, setName] = React.useState(document.body.dataset.jpThemeName ?? '');
  React.useEffect(() => {
    const observer = new MutationObserver(() => setName(document.body.dataset.jpThemeName ?? ''));
    observer.observe(document.body, { attributes: true, attributeFilter: ['data-jp-theme-name'] });
    return () => observer.disconnect();
  }, []);
  return name;
}

function options(props: ChartProps, host: HTMLElement, xTitle: string): uPlot.Options {
  const style = getComputedStyle(host);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const font = `11px ${colour('--jp-ui-font-family') || 'sans-serif'}`;
  const grid = { stroke: colour('--jp-border-color2'), width: 1 };
  const common = { stroke: colour('--jp-ui-font-color2'), font, grid, ticks: grid };
  const isStep = props.axis === 'step';
  return {
    width: host.clientWidth || 400,
    height: HEIGHT,
    scales: { x: { time: false }, y: { distr: props.logarithmic ? 3 : 1 } },
    axes: [
      {
        ...common,
        size: 30,
        space: isStep ? 50 : 90,
        values: (_, ticks) => ticks.map(one => (isStep ? figure(one) : duration(one)))
      },
      { ...common, size: 64, values: (_, ticks) => ticks.map(one => (one === null ? '' : figure(one))) }
    ],
    cursor: { drag: { x: true, y: true, uni: 30 }, points: { size: 6 } },
    legend: { show: props.lines.length <= MOST_IN_LEGEND },
    series: [
      { label: xTitle, value: (_, at) => (at === null ? '–' : isStep ? figure(at) : duration(at)) },
      ...props.lines.map(({ name, place }) => ({
        label: name,
        stroke: colour(colourVariable(place)),
        dash: dashOf(place),
        width: 1.5,
        pxAlign: 0,
        value: (_: uPlot, value: number | null) => figure(value)
      }))
    ]
  };
}
