import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { INotebookTracker } from '@jupyterlab/notebook';
import { TranslationBundle } from '@jupyterlab/translation';
import { IWorkspaces, jobsIcon, Pages, WORKSPACE, workspaceOf } from '@onedata/core';
import type { JobsPageProps, Place } from '@onedata/jobs';
import { jobsPage } from './views';

export const ARGUMENTS = {
  type: 'object',
  properties: {
    workspace: WORKSPACE,
    job: {
      type: ['string', 'null'],
      description: 'The id of the job whose runs are shown; all if left out.'
    },
    run: { type: ['string', 'null'], description: 'The id of the run that is opened.' }
  }
};

export type PageProps = Omit<JobsPageProps, 'host'>;

/** What the page is made from. */
interface Around {
  app: JupyterFrontEnd;
  workspaces: IWorkspaces;
  notebooks: INotebookTracker | null;
  trans: TranslationBundle;
}

/** Open the page of jobs, at the job or run that a command's arguments name. */
export async function openJobs(
  args: Record<string, unknown>,
  pages: Pages<PageProps>,
  { app, workspaces, notebooks, trans }: Around
): Promise<void> {
  const workspace = await workspaceOf(args, workspaces);
  const { content } = pages.open('page', () => ({
    label: trans.__('Jobs'),
    icon: jobsIcon,
    load: () => jobsPage(app, notebooks),
    props: { workspaces, place: null }
  }));
  if (workspace && (args.job || args.run || args.workspace)) {
    workspaces.choose(workspace);
    content.props = { ...content.props, place: { ...args, workspace } as Place };
  }
}
