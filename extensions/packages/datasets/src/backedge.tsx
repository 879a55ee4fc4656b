import { BaseEdge, EdgeProps } from '@xyflow/react';
import React from 'react';

const REACH = 70;

/**
 * An edge that leads back: a notebook may read what it has published.
 *
 * It goes below the nodes, as a straight one would pass behind them.
 */
export function BackEdge(props: EdgeProps): React.JSX.Element {
  const { sourceX, sourceY, targetX, targetY, markerEnd } = props;
  const low = Math.max(sourceY, targetY) + 2 * REACH;
  const path =
    `M ${sourceX},${sourceY} ` +
    `C ${sourceX + REACH},${low} ${targetX - REACH},${low} ${targetX},${targetY}`;
  return <BaseEdge path={path} markerEnd={markerEnd} />;
}
