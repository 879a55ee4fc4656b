/** The commands of One Data Studio, by the names that all parts call them by. */

export const openDataset = 'onedata:open-dataset';
export const insertDatasetCode = 'onedata:insert-code-to-load';
export const publishFile = 'onedata:publish-file';

export const openExperiment = 'onedata:open-experiment';
export const openRun = 'onedata:open-run';
export const registerModel = 'onedata:register-model';
export const openLineageNode = 'onedata:open-lineage-node';

export const openModel = 'onedata:open-model';
export const insertModelCode = 'onedata:insert-model-code';

export const openJobs = 'onedata:open-jobs';
export const runAsJob = 'onedata:run-as-job';
export const scheduleNotebook = 'onedata:schedule-notebook';
export const runJob = 'onedata:run-job';
export const editJob = 'onedata:edit-job';

export const openTemplate = 'onedata:open-template';
export const openTutorial = 'onedata:open-tutorial';
