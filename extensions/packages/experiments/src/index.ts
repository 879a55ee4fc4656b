import '../style/index.css';
export * from './api';
export type { LoggedModel } from './contract';
export { notebookDigest, type NotebookCell } from './digest';
export { ExperimentList, type ExperimentListProps, type ExperimentRef } from './list';
export { ExperimentPage, type ExperimentPageProps } from './page';
export type { NotebookOfRun, Run } from './run';
export { RunPage, type RunActions, type RunPageProps } from './runpage';
