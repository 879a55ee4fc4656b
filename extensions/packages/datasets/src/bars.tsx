import React from 'react';

const HEIGHT = 28;
const WIDTH = 120;

/** A small histogram; each bar says its range and count where one points at it. */
export function Bars(props: { counts: number[]; labels: string[]; title: string }): React.JSX.Element {
  const { counts, labels } = props;
  const most = Math.max(1, ...counts);
  const step = WIDTH / Math.max(1, counts.length);
  return (
    <svg
      className="od-Bars"
      role="img"
      aria-label={`${props.title}: ${labels.join('; ')}`}
      width={WIDTH}
      height={HEIGHT}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
    >
      {counts.map((count, place) => {
        const height = count === 0 ? 0 : Math.max(1.5, (count / most) * HEIGHT);
        return (
          <g key={place}>
            <title>{labels[place]}</title>
            <rect className="od-Bars-back" x={place * step} y={0} width={step} height={HEIGHT} />
            <rect
              className="od-Bars-bar"
              x={place * step + 0.5}
              y={HEIGHT - height}
              width={Math.max(1, step - 1)}
              height={height}
            />
          </g>
        );
      })}
    </svg>
  );
}
