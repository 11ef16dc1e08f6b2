import type { ErrorView } from '../backend/bindings/ErrorView';
import { asErrorView } from '../backend/errors';
import type { DeviceChoice } from '../backend/names';
import type { DeviceList } from '../backend/bindings/DeviceList';
import type { App } from './app.svelte';

const SILENT = -127;
/** Speech close to a microphone is well above this, a quiet room below, in dBFS. */
const HEARD = -45;

/** The devices to choose from, and what the chosen microphone picks up. */
export class Devices {
  list = $state.raw<DeviceList | null>(null);
  /** dBFS. */
  level = $state(SILENT);
  /** Whether something like speech came since this microphone was chosen. */
  heard = $state(false);
  #listError = $state.raw<ErrorView | null>(null);
  #meterError = $state.raw<ErrorView | null>(null);
  /** Why the microphone or the list is not there. */
  error = $derived(this.#meterError ?? this.#listError);
  testing = $state(false);

  #app: App;

  constructor(app: App) {
    this.#app = app;
  }

  async load(): Promise<void> {
    try {
      this.list = await this.#app.backend.call('list_devices');
      this.#listError = this.list.error;
    } catch (error) {
      this.list = { inputs: [], outputs: [], error: null };
      this.#listError = asErrorView(error);
    }
  }

  /** Measures a microphone until the returned function is called. */
  meter(microphone: DeviceChoice): () => void {
    let over = false;
    let stop: (() => void) | undefined;
    this.level = SILENT;
    this.heard = false;
    this.#meterError = null;
    const { backend } = this.#app;
    void (async () => {
      const unlisten = await backend.on('meter', (event) => {
        if (over) return;
        if ('error' in event) {
          this.#meterError = event.error;
          this.level = SILENT;
          return;
        }
        this.level = event.level;
        if (event.level > HEARD) this.heard = true;
      });
      stop = unlisten;
      if (over) {
        unlisten();
        return;
      }
      try {
        await backend.call('start_meter', { microphone });
      } catch (error) {
        if (!over) this.#meterError = asErrorView(error);
      }
    })();
    return () => {
      over = true;
      stop?.();
      this.level = SILENT;
      this.#meterError = null;
      void backend.call('stop_meter').catch(() => null);
    };
  }

  async testSound(speaker: DeviceChoice): Promise<void> {
    this.testing = true;
    await this.#app.do('test_sound', { speaker });
    this.testing = false;
  }
}
