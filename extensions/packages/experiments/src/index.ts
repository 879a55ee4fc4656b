import '../style/index.css';
export * from './api';
export type { LoggedModel } from './contract';
export type { NotebookCell } from './digest';
export { ExperimentList, type ExperimentListProps, type ExperimentRef } from './list';
export { ExperimentPage, type ExperimentPageProps } from './page';
export type { Run } from './run';
export { RunPage, type RunActions, type RunPageProps } from './runpage';
