import type { CommandRegistry } from '@lumino/commands';
import type { ReadonlyJSONObject } from '@lumino/coreutils';

export type CommandArguments = Record<string, unknown>;

/** What of a command is loaded when it is used; `around` is what its plugin gives it. */
export interface LazyCommand<A extends unknown[]> {
  /** The schema of its arguments. */
  args: ReadonlyJSONObject;
  execute(args: CommandArguments, ...around: A): unknown;
}

/** What of a command is shown before it is used. */
export type Words = Pick<CommandRegistry.ICommandOptions, 'label' | 'caption' | 'icon' | 'isVisible'>;

/** Add a command of which only the words are there at the start. */
export function addLazyCommand<A extends unknown[]>(
  commands: CommandRegistry,
  id: string,
  words: Words,
  load: () => Promise<LazyCommand<A>>,
  ...around: A
): void {
  commands.addCommand(id, {
    ...words,
    describedBy: async () => ({ args: (await load()).args }),
    execute: async args => (await load()).execute(args, ...around)
  });
}
