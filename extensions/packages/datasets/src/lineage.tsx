import { notebookIcon } from '@jupyterlab/ui-components';
import {
  Busy,
  DatasetRef,
  datasetsIcon,
  Empty,
  jobsIcon,
  LineageGraph,
  LineageNode,
  modelsIcon,
  NodeKind,
  Refusal,
  refText,
  useLoaded,
  useTrans
} from '@onedata/core';
import { LabIcon, linkIcon } from '@jupyterlab/ui-components';
import {
  Background,
  Controls,
  Edge,
  Handle,
  MarkerType,
  Node,
  NodeProps,
  Position,
  ReactFlow
} from '@xyflow/react';
import '@xyflow/react/dist/style.css';
import React from 'react';
import { readLineage } from './api';
import { BackEdge } from './backedge';
import { layers } from './layout';

const WIDTH = 250;
const HEIGHT = 64;
const DEPTH = 6;

const ICONS: Record<NodeKind, LabIcon> = {
  dataset: datasetsIcon,
  model: modelsIcon,
  notebook: notebookIcon,
  job: jobsIcon,
  external: linkIcon
};

export interface LineageProps {
  version: DatasetRef;
  dark: boolean;
  onOpen: (id: string) => void;
}

/** What a version came from and what stands on it, from source to model. */
export function Lineage(props: LineageProps): React.JSX.Element {
  return (
    <LineageOf {...props} workspace={props.version.workspace} id={`dataset:${refText(props.version)}`} />
  );
}

/** The graph around any node. */
export function LineageOf(props: {
  workspace: string;
  id: string;
  dark: boolean;
  onOpen: (id: string) => void;
}): React.JSX.Element {
  const { workspace, id } = props;
  const trans = useTrans();
  const found = useLoaded(signal => readLineage(workspace, id, DEPTH, signal), [workspace, id], 30);
  if (!found.value) {
    return found.error ? <Refusal error={found.error} onRetry={found.reload} /> : <Busy />;
  }
  if (found.value.nodes.length <= 1) {
    return (
      <Empty icon={datasetsIcon} title={trans.__('Nothing is known to be connected')}>
        {trans.__('Notebooks and jobs that load or publish this version will show here.')}
      </Empty>
    );
  }
  return (
    <>
      {found.value.truncated && (
        <p className="od-muted">{trans.__('The graph is larger; what is nearest is shown.')}</p>
      )}
      <Graph graph={found.value} dark={props.dark} onOpen={props.onOpen} />
    </>
  );
}

type CardNode = Node<{ node: LineageNode; isRoot: boolean; onOpen: (id: string) => void }, 'card'>;

function Card(props: NodeProps<CardNode>): React.JSX.Element {
  const { node, isRoot, onOpen } = props.data;
  const trans = useTrans();
  const Icon = ICONS[node.kind];
  const kinds: Record<NodeKind, string> = {
    dataset: trans.__('dataset'),
    model: trans.__('model'),
    notebook: trans.__('notebook'),
    job: trans.__('job'),
    external: trans.__('outside')
  };
  return (
    <button
      className={`od-Node od-mod-${node.kind} ${isRoot ? 'od-mod-root' : ''} nodrag`}
      aria-current={isRoot || undefined}
      disabled={node.kind === 'external' || !node.name}
      onClick={() => onOpen(node.id)}
      title={node.name || trans.__('In a workspace that you may not read')}
    >
      <Handle type="target" position={Position.Left} isConnectable={false} />
      <Icon.react tag="span" className="od-Node-icon" />
      <span className="od-Node-words">
        <span className="od-Node-name">{node.name || trans.__('not yours to see')}</span>
        <span className="od-Node-kind">
          {kinds[node.kind]}
          {node.version ? ` · ${trans.__('version %1', node.version)}` : ''}
          {node.workspace ? ` · ${node.workspace}` : ''}
        </span>
      </span>
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </button>
  );
}

const CARDS = { card: Card };
const EDGES = { back: BackEdge };

function Graph(props: {
  graph: LineageGraph;
  dark: boolean;
  onOpen: (id: string) => void;
}): React.JSX.Element {
  const { graph, dark, onOpen } = props;
  const trans = useTrans();
  const places = React.useMemo(() => new Map(layers(graph).map(place => [place.id, place])), [graph]);
  const nodes = React.useMemo<CardNode[]>(
    () =>
      graph.nodes.map(node => ({
        id: node.id,
        type: 'card',
        position: {
          x: places.get(node.id)!.layer * (WIDTH + 70),
          y: places.get(node.id)!.row * (HEIGHT + 24)
        },
        width: WIDTH,
        height: HEIGHT,
        focusable: false,
        data: { node, isRoot: node.id === graph.root, onOpen }
      })),
    [graph, places, onOpen]
  );
  const edges = React.useMemo<Edge[]>(
    () =>
      graph.edges.map(edge => ({
        id: `${edge.source}→${edge.target}`,
        source: edge.source,
        target: edge.target,
        type: places.get(edge.source)!.layer < places.get(edge.target)!.layer ? undefined : 'back',
        focusable: false,
        markerEnd: { type: MarkerType.ArrowClosed }
      })),
    [graph, places]
  );
  return (
    <div className="od-Graph" role="group" aria-label={trans.__('Lineage: %1 things', graph.nodes.length)}>
      <div className="od-Graph-inside">
        <ReactFlow
          nodes={nodes}
          edges={edges}
          nodeTypes={CARDS}
          edgeTypes={EDGES}
          colorMode={dark ? 'dark' : 'light'}
          fitView
          fitViewOptions={{ maxZoom: 1, padding: 0.15 }}
          minZoom={0.1}
          nodesDraggable={false}
          nodesConnectable={false}
          edgesFocusable={false}
          proOptions={{ hideAttribution: false }}
        >
          <Background />
          <Controls showInteractive={false} />
        </ReactFlow>
      </div>
    </div>
  );
}
