import type { INotebookTracker } from '@jupyterlab/notebook';
import { jobsIcon, LazyCommand, Pages, PageServices, WORKSPACE, workspaceOf } from '@onedata/core';
import type { JobsPageProps } from '@onedata/jobs';
import { jobsPage } from './views';

interface Services extends PageServices {
  notebooks: INotebookTracker | null;
}

/** Open the page of jobs, at the job or run that the arguments name. */
export const openJobs: LazyCommand<[Pages<Omit<JobsPageProps, 'host'>>, Services]> = {
  args: {
    type: 'object',
    properties: {
      workspace: WORKSPACE,
      job: {
        type: ['string', 'null'],
        description: 'The id of the job whose runs are shown; all if left out.'
      },
      run: { type: ['string', 'null'], description: 'The id of the run that is opened.' }
    }
  },
  execute: async (args, pages, { app, workspaces, notebooks, trans }) => {
    const workspace = await workspaceOf(args, workspaces);
    const { content } = pages.open('page', () => ({
      label: trans.__('Jobs'),
      icon: jobsIcon,
      load: () => jobsPage(app, notebooks),
      props: { workspaces, place: null }
    }));
    if (workspace && (args.job || args.run || args.workspace)) {
      workspaces.choose(workspace);
      content.props = { ...content.props, place: { ...args, workspace } };
    }
  }
};
