import '../style/index.css';
export * from './api';
export { DatasetList, type DatasetListProps } from './list';
export { DatasetPage, type DatasetPageProps } from './page';
