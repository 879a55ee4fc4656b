import type { JupyterFrontEnd } from '@jupyterlab/application';
import { InputDialog, IThemeManager } from '@jupyterlab/apputils';
import {
  CommandArguments,
  CommandIDs,
  followTheme,
  isDark,
  LazyCommand,
  modelsIcon,
  Pages,
  PageServices,
  WORKSPACE,
  workspaceOf
} from '@onedata/core';
import type { ModelActions, ModelPageProps, ModelRef } from '@onedata/models';

interface Services extends PageServices {
  themes: IThemeManager | null;
}

/** Open the model that the arguments mean. */
export const openModel: LazyCommand<[Pages<ModelPageProps>, Services]> = {
  args: {
    type: 'object',
    properties: {
      workspace: WORKSPACE,
      name: { type: 'string', description: 'The name of the model; asked for where it is left out.' },
      version: { type: ['string', 'null'], description: 'The version; the newest where it is left out.' }
    }
  },
  execute: async (args, pages, services) => {
    const model = await modelOf(args, services);
    if (!model) {
      return;
    }
    const key = `${model.workspace}-${model.name}`;
    const open = pages.find(key)?.content;
    if (open && model.version) {
      open.props = { ...open.props, model };
    }
    const { content } = pages.open(key, () => newPage(model, services));
    if (!open) {
      followTheme(content, services.themes);
    }
  }
};

function newPage(model: ModelRef, { app, workspaces, themes, trans }: Services) {
  return {
    label: model.name,
    caption: trans.__('Model %1', `${model.workspace}/${model.name}`),
    icon: modelsIcon,
    load: async () => (await import('@onedata/models')).ModelPage,
    props: { workspaces, model, actions: modelActions(app), dark: isDark(themes) }
  };
}

/** Where the links of a model's page lead. */
function modelActions({ commands }: JupyterFrontEnd): ModelActions {
  return {
    openDataset: ref => void commands.execute(CommandIDs.openDataset, { ...ref }),
    openRun: (workspace, run, name) => void commands.execute(CommandIDs.openRun, { workspace, run, name }),
    openNode: id => void commands.execute(CommandIDs.openLineageNode, { id }),
    insertCode: (workspace, name, version, alias) =>
      void commands.execute(CommandIDs.insertModelCode, { workspace, name, version, alias })
  };
}

/** The model that a command's arguments mean; asks where they name none. */
async function modelOf(args: CommandArguments, { workspaces, trans }: Services): Promise<ModelRef | null> {
  const workspace = await workspaceOf(args, workspaces);
  if (!workspace) {
    return null;
  }
  if (typeof args.name === 'string') {
    const version = (args.version as string | null | undefined) || null;
    return { workspace, name: args.name, version };
  }
  const { listModels } = await import('@onedata/models');
  const { items } = await listModels(workspace, '', null);
  const { value } = await InputDialog.getItem({
    title: trans.__('Which model?'),
    items: items.map(one => one.name)
  });
  return value ? { workspace, name: value, version: null } : null;
}
