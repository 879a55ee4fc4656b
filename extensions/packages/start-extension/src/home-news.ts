import { Dialog, Notification, showDialog } from '@jupyterlab/apputils';
import { TranslationBundle } from '@jupyterlab/translation';
import { call } from '@onedata/core';
import { detailsOf, HomeState, linesOf, News, newsOf } from './home-words';
import { mebi } from './mebi';

/** Say what is wrong with the home. */
export function tellOfHome(state: HomeState, trans: TranslationBundle): void {
  for (const news of newsOf(state, trans)) {
    const show = (): void => void explain(news, state, trans);
    const actions = [
      { label: trans.__('Details'), caption: trans.__('What it is, and what to do'), callback: show }
    ];
    Notification.emit(news.words, news.isTrouble ? 'error' : 'warning', { actions, autoClose: false });
  }
}

/** Say all that is known, and offer what helps. */
async function explain(news: News, state: HomeState, trans: TranslationBundle): Promise<void> {
  const node = document.createElement('div');
  node.append(...linesOf(detailsOf(news.kind, state, mebi, trans)));
  const help = helpFor(news, state, trans);
  const buttons = [Dialog.cancelButton({ label: trans.__('Close') })];
  if (help) {
    buttons.push(Dialog.okButton({ label: help.label }));
  }
  const { Widget } = await import('@lumino/widgets');
  const answer = await showDialog({ title: news.words, body: new Widget({ node }), buttons });
  if (help && answer.button.accept) {
    await help.give().then(
      words => Notification.success(words, { autoClose: false }),
      (error: Error) => Notification.error(error.message, { autoClose: false })
    );
  }
}

interface Help {
  label: string;
  /** Does it; gives what to say then. */
  give(): Promise<string>;
}

function helpFor(news: News, state: HomeState, trans: TranslationBundle): Help | null {
  if (news.kind === 'full' || news.kind === 'short') {
    return state.freeable_bytes === 0
      ? null
      : {
          label: trans.__('Remove caches and empty the trash'),
          give: async () => {
            await call('local', 'home/free', { method: 'POST' });
            return trans.__('Done. Start your server again when there is enough room.');
          }
        };
  }
  if (news.kind === 'packages' || news.kind === 'config') {
    return {
      label: trans.__('Rename them away'),
      give: async () => {
        await call('local', 'home/aside', { method: 'POST', body: { kind: news.kind } });
        return trans.__('Done: nothing was deleted. Start your server again.');
      }
    };
  }
  return null;
}
