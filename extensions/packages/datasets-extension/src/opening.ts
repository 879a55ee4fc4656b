import type { JupyterFrontEnd } from '@jupyterlab/application';
import { InputDialog, IThemeManager } from '@jupyterlab/apputils';
import { TranslationBundle } from '@jupyterlab/translation';
import {
  DatasetRef,
  datasetsIcon,
  followTheme,
  isDark,
  IWorkspaces,
  Pages,
  parseRef,
  refText,
  WORKSPACE,
  workspaceOf
} from '@onedata/core';
import type { DatasetPageProps } from '@onedata/datasets';
import { CommandIDs } from './commands';

export const ARGUMENTS = {
  type: 'object',
  properties: {
    workspace: WORKSPACE,
    name: { type: 'string', description: 'The name of the dataset; asked for where it is left out.' },
    version: { type: ['integer', 'null'], description: 'The version; the newest where it is left out.' }
  }
};

/** What a page is made from. */
interface Around {
  app: JupyterFrontEnd;
  workspaces: IWorkspaces;
  themes: IThemeManager | null;
  trans: TranslationBundle;
}

/** Open the dataset that a command's arguments mean. */
export async function openDataset(
  args: Record<string, unknown>,
  pages: Pages<DatasetPageProps>,
  around: Around
): Promise<void> {
  const dataset = await datasetOf(args, around);
  if (!dataset) {
    return;
  }
  const key = `${dataset.workspace}-${dataset.name}`;
  const open = pages.find(key)?.content;
  if (open && dataset.version) {
    open.props = { ...open.props, dataset };
  }
  const { content } = pages.open(key, () => newPage(dataset, around));
  if (!open) {
    followTheme(content, around.themes);
  }
}

function newPage(dataset: DatasetRef, { app, workspaces, themes, trans }: Around) {
  const { commands } = app;
  return {
    label: dataset.name,
    caption: trans.__('Dataset %1', refText({ ...dataset, version: null })),
    icon: datasetsIcon,
    load: async () => (await import('@onedata/datasets')).DatasetPage,
    props: {
      workspaces,
      dataset,
      dark: isDark(themes),
      onOpen: (id: string) => void commands.execute(CommandIDs.openNode, { id }),
      onInsert: (ref: DatasetRef, format: string) =>
        void commands.execute(CommandIDs.insertLoad, { ...ref, format })
    }
  };
}

async function datasetOf(
  args: Record<string, unknown>,
  { workspaces, trans }: Around
): Promise<DatasetRef | null> {
  const workspace = await workspaceOf(args, workspaces);
  if (workspace && typeof args.name === 'string') {
    return { workspace, name: args.name, version: typeof args.version === 'number' ? args.version : null };
  }
  const { value } = await InputDialog.getText({
    title: trans.__('Which dataset? name, or workspace/name@version')
  });
  const text = value?.trim() ?? '';
  return parseRef(text.includes('/') ? text : `${workspace ?? ''}/${text}`);
}
