/** The commands about experiments, by the names others call them by. */
export namespace CommandIDs {
  export const open = 'onedata:open-experiment';
  export const openRun = 'onedata:open-run';
  export const register = 'onedata:register-model';
  export const openNode = 'onedata:open-lineage-node';
  // of other packages
  export const openDataset = 'onedata:open-dataset';
  export const openModel = 'onedata:open-model';
  export const openJobs = 'onedata:open-jobs';
  export const openDocument = 'docmanager:open';
}
