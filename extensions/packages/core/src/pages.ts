import type { ILayoutRestorer, JupyterFrontEnd } from '@jupyterlab/application';
import { MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import { ITranslator } from '@jupyterlab/translation';
import type { LabIcon } from '@jupyterlab/ui-components';
import type { ReadonlyJSONObject } from '@lumino/coreutils';
import type { Loader } from './frame';
import { LazyWidget } from './lazy';

/** What a new page shows, and what its tab says. */
export interface NewPage<P extends object> {
  label: string;
  caption?: string;
  icon: LabIcon;
  load: Loader<P>;
  props: P;
}

export type OpenPage<P extends object> = MainAreaWidget<LazyWidget<P>>;

/** The pages of one kind in the main area: one for each thing, found again by its key. */
export class Pages<P extends object> {
  /** @param kind - What the ids of these pages begin with: `onedata-dataset`. */
  constructor(
    private readonly _app: JupyterFrontEnd,
    private readonly _kind: string,
    private readonly _translator: ITranslator
  ) {
    this._tracker = new WidgetTracker({ namespace: _kind });
  }

  /** Open again, after a reload, what is open now. */
  restore(
    restorer: ILayoutRestorer | null,
    command: string,
    args: (page: OpenPage<P>) => ReadonlyJSONObject
  ): void {
    void restorer?.restore(this._tracker, { command, args, name: page => page.id });
  }

  /** Bring the page of a key to the front; it is made where it is not open. */
  open(key: string, make: () => NewPage<P>): OpenPage<P> {
    const page = this.find(key) ?? this._add(key, make());
    if (!page.isAttached) {
      this._app.shell.add(page, 'main', { type: 'One Data' });
    }
    this._app.shell.activateById(page.id);
    return page;
  }

  find(key: string): OpenPage<P> | undefined {
    return this._tracker.find(one => one.id === `${this._kind}-${key}`);
  }

  /** Keep what has changed about a page: `args` of `restore` are asked for again. */
  save(key: string): void {
    const page = this.find(key);
    if (page) {
      void this._tracker.save(page);
    }
  }

  private _add(key: string, { load, props, ...title }: NewPage<P>): OpenPage<P> {
    const page = new MainAreaWidget({ content: new LazyWidget(load, props, this._translator) });
    page.toolbar.hide(); // it would be empty: what a page offers stands in its view
    page.id = `${this._kind}-${key}`;
    Object.assign(page.title, { ...title, closable: true });
    void this._tracker.add(page);
    return page;
  }

  private readonly _tracker: WidgetTracker<OpenPage<P>>;
}
