import { invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import type { Backend, CommandArgs } from './backend';
import { asErrorView } from './errors';
import type { CommandName, Commands, EventName, Events } from './names';

/** The program's shell. */
export class TauriBackend implements Backend {
  async call<C extends CommandName>(
    command: C,
    ...args: CommandArgs<C>
  ): Promise<Commands[C]['answer']> {
    try {
      return await invoke<Commands[C]['answer']>(
        command,
        args[0] as Record<string, unknown> | undefined,
      );
    } catch (error) {
      throw asErrorView(error);
    }
  }

  on<E extends EventName>(event: E, handler: (payload: Events[E]) => void): Promise<() => void> {
    return listen<Events[E]>(event, ({ payload }) => {
      handler(payload);
    });
  }
}
