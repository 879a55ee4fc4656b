import { ITranslator, TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import { Message } from '@lumino/messaging';
import React from 'react';

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
    this._drawn = React.lazy(() => framed(load));
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
    const Drawn = this._drawn;
    const trans = this._translator.load('onedata');
    return (
      <React.Suspense fallback={null}>
        <Drawn trans={trans} visible={this._visible} view={this._props} />
      </React.Suspense>
    );
  }

  private _drawn: React.LazyExoticComponent<React.ComponentType<Drawn<P>>>;
  private _props: P;
  private _translator: ITranslator;
  private _visible = false;
  private _wasShown = false;
}

interface Drawn<P> {
  trans: TranslationBundle;
  visible: boolean;
  view: P;
}

/** Give a view some of what it needs, when it is loaded. */
export function given<P extends object, G extends Partial<P>>(
  View: React.ComponentType<P>,
  more: G
): React.ComponentType<Omit<P, keyof G>> {
  return props => React.createElement(View, { ...props, ...more } as unknown as P);
}

/** Load a view and what stands around it. */
async function framed<P extends object>(
  load: Loader<P>
): Promise<{ default: React.ComponentType<Drawn<P>> }> {
  const { Frame } = await import('./frame');
  const View = React.lazy(async () => ({ default: await load() })) as unknown as React.ComponentType<object>;
  return {
    default: ({ trans, visible, view }) => (
      <Frame trans={trans} visible={visible}>
        <View {...view} />
      </Frame>
    )
  };
}
