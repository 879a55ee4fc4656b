/** The commands about models, by the names others call them by. */
export namespace CommandIDs {
  export const open = 'onedata:open-model';
  export const insertCode = 'onedata:insert-model-code';
  // of other packages
  export const openRun = 'onedata:open-run';
  export const openDataset = 'onedata:open-dataset';
  export const openNode = 'onedata:open-lineage-node';
}
