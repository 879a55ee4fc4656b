import { ITranslator } from '@jupyterlab/translation';
import { Message } from '@lumino/messaging';
import { Panel } from '@lumino/widgets';
import type { Loader, View } from './frame';

/**
 * A widget whose view is loaded when it is first shown.
 *
 * What a panel needs comes over the wire when somebody opens it, and not when JupyterLab starts; React too.
 */
export class LazyWidget<P extends object> extends Panel {
  constructor(
    private readonly _load: Loader<P>,
    private _props: P,
    private readonly _translator: ITranslator
  ) {
    super();
  }

  /** What the view is given; setting it draws again. */
  get props(): P {
    return this._props;
  }

  set props(props: P) {
    this._props = props;
    this._tell();
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    void this._onShow(this.isVisible);
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    void this._onShow(true);
  }

  protected override onBeforeHide(message: Message): void {
    super.onBeforeHide(message);
    void this._onShow(false);
  }

  private async _onShow(visible: boolean): Promise<void> {
    this._visible = visible;
    if (visible && !this._view) {
      const { View } = await import('./frame');
      if (!this._view && !this.isDisposed) {
        this._view = new View(this._load, this._translator.load('onedata'));
        this.addWidget(this._view);
      }
    }
    this._tell();
  }

  private _tell(): void {
    this._view?.tell(this._props, this._visible);
  }

  private _view: View<P> | undefined;
  private _visible = false;
}
