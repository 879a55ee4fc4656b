import { InputDialog, IThemeManager } from '@jupyterlab/apputils';
import {
  CommandArguments,
  CommandIDs,
  DatasetRef,
  datasetsIcon,
  followTheme,
  isDark,
  LazyCommand,
  Pages,
  PageServices,
  parseRef,
  refText,
  WORKSPACE,
  workspaceOf
} from '@onedata/core';
import type { DatasetPageProps } from '@onedata/datasets';

interface Services extends PageServices {
  themes: IThemeManager | null;
}

/** Open the dataset that the arguments mean. */
export const openDataset: LazyCommand<[Pages<DatasetPageProps>, Services]> = {
  args: {
    type: 'object',
    properties: {
      workspace: WORKSPACE,
      name: { type: 'string', description: 'The name of the dataset; asked for where it is left out.' },
      version: { type: ['integer', 'null'], description: 'The version; the newest where it is left out.' }
    }
  },
  execute: async (args, pages, services) => {
    const dataset = await datasetOf(args, services);
    if (!dataset) {
      return;
    }
    const key = `${dataset.workspace}-${dataset.name}`;
    const open = pages.find(key)?.content;
    if (open && dataset.version) {
      open.props = { ...open.props, dataset };
    }
    const { content } = pages.open(key, () => newPage(dataset, services));
    if (!open) {
      followTheme(content, services.themes);
    }
  }
};

function newPage(dataset: DatasetRef, { app, workspaces, themes, trans }: Services) {
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
      onOpen: (id: string) => void commands.execute(CommandIDs.openLineageNode, { id }),
      onInsert: (ref: DatasetRef, format: string) =>
        void commands.execute(CommandIDs.insertDatasetCode, { ...ref, format })
    }
  };
}

async function datasetOf(
  args: CommandArguments,
  { workspaces, trans }: Services
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
