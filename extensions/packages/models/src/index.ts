export * from './api';
export { codeToLoadModel } from './code';
export type { ModelRef } from './contract';
export { ModelList, type ModelListProps } from './list';
export { ModelPage, type ModelActions, type ModelPageProps } from './page';
