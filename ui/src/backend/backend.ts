import type { CommandName, Commands, EventName, Events } from './names';

/** Arguments of a command: none at all for those that take none. */
export type CommandArgs<C extends CommandName> = Commands[C]['args'] extends undefined
  ? []
  : [args: Commands[C]['args']];

/**
 * The only way from the interface to the program. `tauri.ts` talks to the shell, `scripted.ts`
 * plays recorded scenes in a plain browser.
 */
export interface Backend {
  /** Rejects with an `ErrorView`, whatever went wrong. */
  call<C extends CommandName>(command: C, ...args: CommandArgs<C>): Promise<Commands[C]['answer']>;
  /** Listens until the returned function is called. */
  on<E extends EventName>(event: E, handler: (payload: Events[E]) => void): Promise<() => void>;
}
