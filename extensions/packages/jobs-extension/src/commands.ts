/** The commands about jobs, by the names others call them by. */
export namespace CommandIDs {
  export const open = 'onedata:open-jobs';
  export const runNotebook = 'onedata:run-as-job';
  export const scheduleNotebook = 'onedata:schedule-notebook';
  export const runJob = 'onedata:run-job';
  export const editJob = 'onedata:edit-job';
}
