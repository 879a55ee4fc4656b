import '../style/index.css';
export * from './api';
export * from './contract';
export { JobForm } from './form';
export type { JobFormProps } from './form-page';
export * from './host';
export type { FormDraft } from './kept';
export { JobList, type JobListProps } from './list';
export { JobsPage, type JobsPageProps } from './page';
