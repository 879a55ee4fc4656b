/** The commands to start from, and those of other parts that are offered where they exist. */
export namespace CommandIDs {
  export const openTemplate = 'onedata:open-template';
  export const openTutorial = 'onedata:open-tutorial';
  export const runAsJob = 'onedata:run-as-job';
  export const openJobs = 'onedata:open-jobs';
}
