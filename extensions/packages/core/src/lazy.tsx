import { ITranslator } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import { Message } from '@lumino/messaging';
import React from 'react';
import { Visible } from './hooks';
import { Busy, Refusal, Translated } from './views';

export type Loader<P> = () => Promise<React.ComponentType<P>>;

/**
 * A widget whose view is loaded when it is first shown.
 *
 * What a panel needs comes over the wire when somebody opens it, and not when JupyterLab starts.
 */
export class LazyWidget<P extends object> extends ReactWidget {
  constructor(load: Loader<P>, props: P, translator: ITranslator) {
    super();
    this.addClass('od-Widget');
    this._view = React.lazy(async () => ({ default: await load() }));
    this._props = props;
    this._translator = translator;
  }

  /** What the view is given; setting it draws again. */
  get props(): P {
    return this._props;
  }

  set props(props: P) {
    this._props = props;
    this.update();
  }

  protected override onAfterAttach(message: Message): void {
    this._onShow(this.isVisible);
    super.onAfterAttach(message);
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this._onShow(true);
  }

  protected override onBeforeHide(message: Message): void {
    super.onBeforeHide(message);
    this._onShow(false);
  }

  private _onShow(visible: boolean): void {
    this._visible = visible;
    this._wasShown ||= visible;
    this.update();
  }

  protected override render(): React.JSX.Element | null {
    if (!this._wasShown) {
      return null;
    }
    const View = this._view as unknown as React.ComponentType<object>;
    return (
      <Translated.Provider value={this._translator.load('onedata')}>
        <Visible.Provider value={this._visible}>
          <Boundary>
            <React.Suspense fallback={<Busy />}>
              <View {...this._props} />
            </React.Suspense>
          </Boundary>
        </Visible.Provider>
      </Translated.Provider>
    );
  }

  private _view: React.LazyExoticComponent<React.ComponentType<P>>;
  private _props: P;
  private _translator: ITranslator;
  private _visible = false;
  private _wasShown = false;
}

/** Shows what went wrong in a view, instead of an empty panel. */
class Boundary extends React.Component<{ children: React.ReactNode }, { error: unknown }> {
  override state: { error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown): { error: unknown } {
    return { error };
  }

  override render(): React.ReactNode {
    const { error } = this.state;
    return error ? (
      <Refusal error={error} onRetry={() => this.setState({ error: null })} />
    ) : (
      this.props.children
    );
  }
}
