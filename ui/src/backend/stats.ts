// What is measured in a call, once a second while somebody looks.

/** One stream of sound; the others' come in, one's own goes out. */
export interface StatsRow {
  participantId: string;
  name: string;
  direction: 'in' | 'out';
  /** Of the packets of the last second, in percent. */
  lossPercent: number;
  jitterMs: number;
  /** Round trip to the gateway; `null` before it is known. */
  delayMs: number | null;
  /** dBFS. */
  levelDb: number;
  /** What the jitter buffer holds; `null` for what goes out. */
  bufferMs: number | null;
  /** Of what was played in the last second, how much was made up; `null` for what goes out. */
  concealedPercent: number | null;
  codec: string;
  /** The candidate pair, without addresses: "udp4, direct". */
  path: string;
}

export interface StatsSample {
  /** Milliseconds since 1970. */
  at: number;
  rows: StatsRow[];
}

/** Something that happened; `code` has words in the catalogues. */
export interface StatsEvent {
  at: number;
  code: string;
  values: Record<string, string>;
}

/** The first one carries the history of ten minutes, oldest first, and the log so far. */
export interface CallStats extends StatsSample {
  /** What happened since the last one, oldest first. */
  log: StatsEvent[];
  history?: StatsSample[] | null;
}
