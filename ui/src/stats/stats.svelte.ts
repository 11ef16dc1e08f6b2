import type { App } from '../app/app.svelte';
import type { CallStats, StatsEvent, StatsSample } from '../backend/stats';
import { SPAN_MS } from './series';

/** More of them nobody reads; the export has all. */
const MOST_EVENTS = 200;

/** The last ten minutes of a call, while somebody looks at them. */
export class Statistics {
  /** Oldest first. */
  samples = $state.raw<StatsSample[]>([]);
  /** Oldest first. */
  log = $state.raw<StatsEvent[]>([]);
  rows = $derived(this.samples.at(-1)?.rows ?? []);

  #app: App;

  constructor(app: App) {
    this.#app = app;
  }

  /** Measures until the returned function is called. */
  watch(): () => void {
    let over = false;
    let unlisten: (() => void) | undefined;
    const { backend } = this.#app;
    void (async () => {
      unlisten = await backend.on('call-stats', (stats) => {
        if (!over) this.#take(stats);
      });
      if (over) {
        unlisten();
        return;
      }
      await backend.call('open_stats').catch((error: unknown) => {
        this.#app.tell(error);
      });
    })();
    return () => {
      over = true;
      unlisten?.();
      void backend.call('close_stats').catch(() => null);
    };
  }

  #take({ at, rows, log, history }: CallStats): void {
    const before = history ?? this.samples;
    // Before the first second there is none.
    const samples = at === 0 ? before : [...before, { at, rows }];
    this.samples = samples.filter((sample) => sample.at > at - SPAN_MS);
    // The first one has the whole log.
    this.log = [...(history ? [] : this.log), ...log].slice(-MOST_EVENTS);
  }
}
