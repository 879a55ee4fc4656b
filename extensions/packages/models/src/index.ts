import '@onedata/datasets/style/index.css';
import '@onedata/experiments/style/index.css';
import '../style/index.css';
export * from './api';
export { codeToLoadModel } from './code';
export type { ModelRef } from './contract';
export { ModelList, type ModelListProps } from './list';
export { ModelPage, type ModelActions, type ModelPageProps } from './page';
