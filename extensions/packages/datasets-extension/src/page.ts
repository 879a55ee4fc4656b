import { ILayoutRestorer, JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import {
  ICommandPalette,
  IThemeManager,
  InputDialog,
  MainAreaWidget,
  WidgetTracker
} from '@jupyterlab/apputils';
import { ITranslator } from '@jupyterlab/translation';
import { DatasetRef, datasetsIcon, IWorkspaces, LazyWidget, parseRef, refText } from '@onedata/core';
import type { DatasetPageProps } from '@onedata/datasets';
import { CommandIDs } from './commands';

type Page = MainAreaWidget<LazyWidget<DatasetPageProps>>;

const ARGUMENTS = {
  type: 'object',
  properties: {
    workspace: { type: 'string', description: 'The workspace; the one chosen where it is left out.' },
    name: { type: 'string', description: 'The name of the dataset; asked for where it is left out.' },
    version: { type: ['integer', 'null'], description: 'The version; the newest where it is left out.' }
  }
};

/** A dataset's page in the main area, one for each dataset. */
export const page: JupyterFrontEndPlugin<void> = {
  id: '@onedata/lab:dataset-page',
  description: 'Opens a dataset as a page in the main area.',
  autoStart: true,
  requires: [IWorkspaces, ITranslator],
  optional: [ICommandPalette, ILayoutRestorer, IThemeManager],
  activate: (
    app: JupyterFrontEnd,
    workspaces: IWorkspaces,
    translator: ITranslator,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null,
    themes: IThemeManager | null
  ) => {
    const trans = translator.load('onedata');
    const tracker = new WidgetTracker<Page>({ namespace: 'onedata-dataset' });
    const isDark = (): boolean => !!themes?.theme && !themes.isLight(themes.theme);
    const make = (dataset: DatasetRef): Page => {
      const content = new LazyWidget<DatasetPageProps>(
        async () => (await import('@onedata/datasets')).DatasetPage,
        {
          workspaces,
          dataset,
          dark: isDark(),
          onOpen: id => void app.commands.execute(CommandIDs.openNode, { id }),
          onInsert: (ref, format) => void app.commands.execute(CommandIDs.insertLoad, { ...ref, format })
        },
        translator
      );
      themes?.themeChanged.connect(() => (content.props = { ...content.props, dark: isDark() }), content);
      const widget = new MainAreaWidget({ content });
      widget.toolbar.hide();
      widget.id = idOf(dataset);
      widget.title.label = dataset.name;
      widget.title.caption = trans.__('Dataset %1', refText({ ...dataset, version: null }));
      widget.title.icon = datasetsIcon;
      widget.title.closable = true;
      return widget;
    };

    app.commands.addCommand(CommandIDs.open, {
      label: trans.__('Open Dataset…'),
      caption: trans.__('Open a dataset’s page: columns, rows, versions and lineage'),
      icon: datasetsIcon,
      describedBy: { args: ARGUMENTS },
      execute: async args => {
        const dataset = await datasetOf(
          args,
          workspaces,
          trans.__('Which dataset? name, or workspace/name@version')
        );
        if (!dataset) {
          return;
        }
        let widget = tracker.find(one => one.id === idOf(dataset));
        if (!widget) {
          widget = make(dataset);
          void tracker.add(widget);
        } else if (dataset.version) {
          widget.content.props = { ...widget.content.props, dataset };
        }
        if (!widget.isAttached) {
          app.shell.add(widget, 'main', { type: 'One Data' });
        }
        app.shell.activateById(widget.id);
      }
    });
    palette?.addItem({ command: CommandIDs.open, category: 'One Data' });
    if (restorer) {
      void restorer.restore(tracker, {
        command: CommandIDs.open,
        args: widget => ({ ...widget.content.props.dataset }),
        name: widget => widget.id
      });
    }
  }
};

function idOf(dataset: DatasetRef): string {
  return `onedata-dataset-${dataset.workspace}-${dataset.name}`;
}

async function datasetOf(
  args: Record<string, unknown>,
  workspaces: IWorkspaces,
  question: string
): Promise<DatasetRef | null> {
  const workspace = async (): Promise<string> => {
    await workspaces.ready();
    return workspaces.current!.name;
  };
  if (typeof args.name === 'string') {
    const version = typeof args.version === 'number' ? args.version : null;
    return { workspace: (args.workspace as string) ?? (await workspace()), name: args.name, version };
  }
  const { value } = await InputDialog.getText({ title: question });
  const text = value?.trim();
  return text ? parseRef(text.includes('/') ? text : `${await workspace()}/${text}`) : null;
}
