import type { TranslationBundle } from '@jupyterlab/translation';

/** What the server says of the home. */
export interface HomeState {
  troubles: { kind: 'full' | 'unwritable' | 'packages' | 'config'; detail: string }[];
  room: { used_bytes: number; total_bytes: number; free_bytes: number };
  is_short: boolean;
  largest: { path: string; size_bytes: number; is_whole: boolean }[];
  freeable_bytes: number;
  conflicts: string[];
  left_behind: Record<string, string[]>;
}

export type Kind = HomeState['troubles'][number]['kind'] | 'short' | 'conflicts';

export interface News {
  kind: Kind;
  words: string;
  /** Whether something was left out or cannot be done; otherwise it may come to that. */
  isTrouble: boolean;
}

/** What to say of a home, the worst first; nothing of one that is well. */
export function newsOf(state: HomeState, trans: TranslationBundle): News[] {
  const troubles: News[] = state.troubles.map(one => ({
    kind: one.kind,
    words: wordsFor(one.kind, trans),
    isTrouble: true
  }));
  const news: News[] = [...troubles];
  if (state.is_short && !troubles.some(one => one.kind === 'full')) {
    news.push({ kind: 'short', words: trans.__('Your home is nearly full'), isTrouble: false });
  }
  if (state.conflicts.length || Object.values(state.left_behind).some(names => names.length)) {
    const words = trans.__('Some packages that you added do not fit this server');
    news.push({ kind: 'conflicts', words, isTrouble: false });
  }
  return news;
}

function wordsFor(kind: HomeState['troubles'][number]['kind'], trans: TranslationBundle): string {
  switch (kind) {
    case 'full':
      return trans.__('Your home is full: nothing can be saved in it');
    case 'unwritable':
      return trans.__('Your home cannot be written to: nothing can be saved in it');
    case 'packages':
      return trans.__('Packages that you added keep kernels from starting, and are left out');
    case 'config':
      return trans.__('Your own settings keep the server from starting, and are left out');
  }
}

/** Writes a number of bytes. */
export type Size = (bytes: number) => string;

/** All that is known of it, a line each. */
export function detailsOf(kind: Kind, state: HomeState, size: Size, trans: TranslationBundle): string[] {
  const said = state.troubles.filter(one => one.kind === kind && one.kind !== 'full').map(one => one.detail);
  switch (kind) {
    case 'full':
    case 'short':
      return roomOf(state, size, trans);
    case 'unwritable':
      return [...said, trans.__('Ask who runs the platform.')];
    case 'packages':
      return [
        ...said,
        trans.__('Kernels have the platform’s own packages now. Renamed away, yours can be added anew.')
      ];
    case 'config':
      return [
        ...said.map(words => trans.__('The server said: %1', words)),
        trans.__('Renamed away, they can be put right and taken back.')
      ];
    case 'conflicts':
      return [...state.conflicts, ...leftBehind(state, trans)];
  }
}

function roomOf(state: HomeState, size: Size, trans: TranslationBundle): string[] {
  const { used_bytes: used, total_bytes: total } = state.room;
  return [
    trans.__('%1 of %2 are used. What takes most:', size(used), size(total)),
    ...state.largest.map(one => `${one.is_whole ? '' : '> '}${size(one.size_bytes)}  ${one.path}`),
    trans.__('Delete what you do not need in the file browser or a terminal, then start your server again.'),
    ...(state.freeable_bytes
      ? [trans.__('Caches and what is in the trash take %1.', size(state.freeable_bytes))]
      : [])
  ];
}

function leftBehind(state: HomeState, trans: TranslationBundle): string[] {
  return Object.entries(state.left_behind)
    .filter(([, names]) => names.length)
    .map(([version, names]) =>
      trans.__(
        'Added under %1, and not here: %2. Add them again: uv pip install %3',
        version,
        names.join(', '),
        names.join(' ')
      )
    );
}

/** Each line as a paragraph. */
export function linesOf(lines: string[]): HTMLElement[] {
  return lines.map(line => Object.assign(document.createElement('p'), { textContent: line }));
}
