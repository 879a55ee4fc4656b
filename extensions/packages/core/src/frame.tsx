import { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import React from 'react';
import '../style/base.css';
import { Visible } from './hooks';
import { Busy, Refusal, Translated } from './views';

/** Brings what a panel shows over the wire. */
export type Loader<P> = () => Promise<React.ComponentType<P>>;

/** The view in a `LazyWidget`, with what stands around every view. */
export class View<P extends object> extends ReactWidget {
  constructor(
    load: Loader<P>,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.addClass('od-Widget');
    // What `lazy` gives takes the props of what it loads; its types cannot say so of a generic.
    this._drawn = React.lazy(async () => ({ default: await load() })) as unknown as React.ComponentType<P>;
  }

  /** Draw with these props; one that is not visible asks the services nothing. */
  tell(props: P, visible: boolean): void {
    this._told = { props, visible };
    this.update();
  }

  protected override render(): React.JSX.Element | null {
    const Drawn = this._drawn;
    return (
      this._told && (
        <Translated.Provider value={this._trans}>
          <Visible.Provider value={this._told.visible}>
            <Boundary>
              <React.Suspense fallback={<Busy />}>
                <Drawn {...this._told.props} />
              </React.Suspense>
            </Boundary>
          </Visible.Provider>
        </Translated.Provider>
      )
    );
  }

  private readonly _drawn: React.ComponentType<P>;
  private _told: { props: P; visible: boolean } | null = null;
}

/** Give a view some of what it needs, when it is loaded. */
export function given<P extends object, G extends Partial<P>>(
  View: React.ComponentType<P>,
  more: G
): React.ComponentType<Omit<P, keyof G>> {
  return props => React.createElement(View, { ...props, ...more } as unknown as P);
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
