import { TranslationBundle } from '@jupyterlab/translation';
import { call } from '@onedata/core';
import type { HomeState } from './home-words';

/** Ask the server once how the home is; what to say of one that is not well comes only then. */
export async function lookAtHome(trans: TranslationBundle): Promise<void> {
  const state = await call<HomeState>('local', 'home').catch(() => null);
  if (state && !isWell(state)) {
    const { tellOfHome } = await import('./home-news');
    tellOfHome(state, trans);
  }
}

function isWell(state: HomeState): boolean {
  const { troubles, conflicts, left_behind: left } = state;
  return !(troubles.length || state.is_short || conflicts.length || Object.values(left).flat().length);
}
