import type { App } from '../app/app.svelte';
import type { ErrorView } from '../backend/bindings/ErrorView';
import type {
  DoctorFinding,
  DoctorProgress,
  DoctorResult,
  DoctorTarget,
  Rung,
  Verdict,
} from '../backend/doctor';
import { asErrorView } from '../backend/errors';
import type { RecordAddress } from '../backend/record';

/** How a rung is shown: a verdict, or how far it is. */
export type RungState = Verdict | 'waiting' | 'running';

export type RunState = 'idle' | 'running' | 'cancelled' | 'finished' | 'refused';

export interface Culprit {
  rung: Rung;
  /** The likeliest cause; a failure that nothing explains has none. */
  finding: DoctorFinding | null;
}

/** No run takes longer, in milliseconds. */
export const LONGEST_RUN_MS = 30_000;

/** One test of a call or of a record: what has arrived of it. */
export class DoctorRun {
  state = $state<RunState>('idle');
  /** What is tested, once the program has read what it was asked for. */
  target = $state.raw<DoctorTarget | null>(null);
  results = $state.raw<Partial<Record<Rung, DoctorResult>>>({});
  /** The rungs that are being looked at now. */
  running = $state.raw<Rung[]>([]);
  /** Why it could not begin. */
  error = $state.raw<ErrorView | null>(null);
  verdict = $state<Verdict>('unknown');
  /** The whole report, once it is finished. */
  text = $state('');
  /** By the monotonic clock. */
  startedAt = 0;

  rungs = $derived(this.target?.rungs ?? []);
  judged = $derived(this.rungs.filter((rung) => this.results[rung] !== undefined).length);
  /** What somebody should know although it works. */
  remarks = $derived(
    this.rungs.flatMap((rung) => {
      const result = this.results[rung];
      return result?.verdict === 'warning'
        ? [{ rung, what: result.findings[0]?.what ?? '' }]
        : [];
    }),
  );
  culprit = $derived.by<Culprit | null>(() => {
    const rung =
      this.#culprit ?? this.rungs.find((candidate) => this.results[candidate]?.verdict === 'failed');
    if (rung === undefined) return null;
    return { rung, finding: this.results[rung]?.findings[0] ?? null };
  });

  #app: App;
  #culprit = $state<Rung | undefined>();
  #run = 0;
  #unlisten: (() => void) | undefined;

  constructor(app: App) {
    this.#app = app;
  }

  stateOf(rung: Rung): RungState {
    return (
      this.results[rung]?.verdict ?? (this.running.includes(rung) ? 'running' : 'waiting')
    );
  }

  async start(what: RecordAddress, microphone: boolean): Promise<void> {
    const run = ++this.#run;
    const again = this.state === 'running';
    this.state = 'running';
    this.results = {};
    this.running = [];
    this.error = null;
    this.#culprit = undefined;
    this.text = '';
    this.startedAt = performance.now();
    this.#unlisten?.();
    const { backend } = this.#app;
    if (again) await backend.call('stop_doctor').catch(() => null);
    const unlisten = await backend.on('doctor-progress', (progress) => {
      if (run === this.#run) this.#take(progress);
    });
    if (run !== this.#run) {
      unlisten();
      return;
    }
    this.#unlisten = unlisten;
    try {
      const target = await backend.call('start_doctor', { ...what, microphone });
      // What was found of a run that was given up meanwhile is shown, too.
      if (run === this.#run || (this.state as RunState) === 'cancelled') this.target = target;
    } catch (error) {
      if (run !== this.#run) return;
      this.target = null;
      this.error = asErrorView(error);
      this.state = 'refused';
    }
  }

  /** Gives a run up; what it found so far stays. */
  stop(): void {
    this.#unlisten?.();
    this.#unlisten = undefined;
    this.#run += 1;
    if (this.state !== 'running') return;
    this.state = 'cancelled';
    this.running = [];
    void this.#app.backend.call('stop_doctor').catch(() => null);
  }

  #take(progress: DoctorProgress): void {
    switch (progress.type) {
      case 'started':
        this.running = [...this.running, progress.rung];
        break;
      case 'judged': {
        const { result } = progress;
        this.results = { ...this.results, [result.rung]: result };
        this.running = this.running.filter((rung) => rung !== result.rung);
        break;
      }
      case 'finished':
        this.state = 'finished';
        this.running = [];
        this.verdict = progress.verdict;
        this.#culprit = progress.culprit ?? undefined;
        this.text = progress.text;
        break;
    }
  }
}
