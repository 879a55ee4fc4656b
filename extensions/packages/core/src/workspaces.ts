import { Token } from '@lumino/coreutils';
import { ISignal, Signal } from '@lumino/signaling';
import { Me, Role, Workspace } from './contract';
import { call } from './request';

const RANKS: Role[] = ['viewer', 'editor', 'admin'];

/** The workspace that all panels show, and what its reader may do there. */
export interface IWorkspaces {
  /** Who the reader is; null until the studio has said so. */
  readonly me: Me | null;
  /** The workspace chosen; null until `ready`. */
  readonly current: Workspace | null;
  /** Emitted when another workspace is chosen, or the list has changed. */
  readonly changed: ISignal<IWorkspaces, void>;
  /** Ask the studio who the reader is, once; a failure is asked again at the next call. */
  ready(): Promise<void>;
  /** Show another workspace in all panels. */
  choose(name: string): void;
  /** Say whether the reader may do what a role may; in the workspace named, or in the one chosen. */
  may(needed: Role, workspace?: string): boolean;
}

export const IWorkspaces = new Token<IWorkspaces>(
  '@onedata/core:IWorkspaces',
  'The workspace that all panels of One Data Studio show.'
);

/** Whether the reader may write in some workspace; until the studio has said so, it is taken for granted. */
export function mayWriteSomewhere({ me }: IWorkspaces): boolean {
  return me === null || me.workspaces.some(one => one.role !== 'viewer');
}

/** Where the choice is kept between visits. */
export interface Memory {
  fetch(): Promise<string | undefined>;
  save(name: string): Promise<void>;
}

export class Workspaces implements IWorkspaces {
  constructor(
    private readonly _memory: Memory,
    private readonly _ask: () => Promise<Me> = () => call<Me>('studio/api/v1', 'me')
  ) {}

  get me(): Me | null {
    return this._me;
  }

  get current(): Workspace | null {
    return (
      this._find(this._chosen) ?? this._find(this._me?.default_workspace) ?? this._me?.workspaces[0] ?? null
    );
  }

  get changed(): ISignal<IWorkspaces, void> {
    return this._changed;
  }

  ready(): Promise<void> {
    this._asked ??= this._load().catch(error => {
      this._asked = null;
      throw error;
    });
    return this._asked;
  }

  choose(name: string): void {
    if (this._find(name) && name !== this.current?.name) {
      this._chosen = name;
      void this._memory.save(name);
      this._changed.emit();
    }
  }

  may(needed: Role, workspace?: string): boolean {
    const found = workspace ? this._find(workspace) : this.current;
    return !!found && RANKS.indexOf(found.role) >= RANKS.indexOf(needed);
  }

  private async _load(): Promise<void> {
    const [me, chosen] = await Promise.all([this._ask(), this._memory.fetch()]);
    this._me = me;
    this._chosen = chosen;
    this._changed.emit();
  }

  private _find(name: string | undefined): Workspace | undefined {
    return this._me?.workspaces.find(one => one.name === name);
  }

  private _me: Me | null = null;
  private _chosen: string | undefined;
  private _asked: Promise<void> | null = null;
  private _changed = new Signal<IWorkspaces, void>(this);
}
