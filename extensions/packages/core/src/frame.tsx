import { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';
import '../style/base.css';
import { Visible } from './hooks';
import { Busy, Refusal, Translated } from './views';

/** What stands around every view: its language, whether it is seen, and what shows when it breaks. */
export function Frame(props: {
  trans: TranslationBundle;
  visible: boolean;
  children: React.ReactNode;
}): React.JSX.Element {
  return (
    <Translated.Provider value={props.trans}>
      <Visible.Provider value={props.visible}>
        <Boundary>
          <React.Suspense fallback={<Busy />}>{props.children}</React.Suspense>
        </Boundary>
      </Visible.Provider>
    </Translated.Provider>
  );
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
