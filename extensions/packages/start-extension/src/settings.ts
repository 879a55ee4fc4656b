import { ISettingRegistry } from '@jupyterlab/settingregistry';

const PLUGIN = '@onedata/lab:start';

/** What people want to be told of. */
export interface Wishes {
  runs: 'all' | 'failures' | 'none';
  idle: boolean;
}

const DEFAULTS: Wishes = { runs: 'all', idle: true };

/** Give a function that says what is set now; the defaults hold until the settings are there. */
export function readWishes(registry: ISettingRegistry | null): () => Wishes {
  let settings: ISettingRegistry.ISettings | null = null;
  registry?.load(PLUGIN).then(
    found => {
      settings = found;
    },
    error => console.warn(`The settings of ${PLUGIN} cannot be read.`, error)
  );
  return () => ({ ...DEFAULTS, ...(settings?.composite as Partial<Wishes> | undefined) });
}
