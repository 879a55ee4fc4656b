/** The commands about datasets, by the names others call them by. */
export namespace CommandIDs {
  export const open = 'onedata:open-dataset';
  export const insertLoad = 'onedata:insert-code-to-load';
  export const publish = 'onedata:publish-file';
  export const openNode = 'onedata:open-lineage-node';
}
