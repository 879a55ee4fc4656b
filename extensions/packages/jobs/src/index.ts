import '../style/index.css';
export * from './api';
export * from './contract';
export { JobForm, type JobFormProps } from './form';
export * from './host';
export type { FormDraft } from './kept';
export { JobList, type JobListProps } from './list';
export { JobsPage, type JobsPageProps } from './page';
