// What the doctor sends: one rung after the other, then the end. All words of causes come ready,
// in the language of the settings.

/** One layer between a person and the others in a room, in the order of the ladder. */
export const RUNGS = [
  'link',
  'address',
  'tls',
  'site',
  'services',
  'polling',
  'websocket',
  'namespace',
  'cors',
  'room',
  'capacity',
  'ice',
  'turn',
  'dtls',
  'media',
  'pipeline',
  'machine',
] as const;

export type Rung = (typeof RUNGS)[number];

export type Verdict = 'ok' | 'skipped' | 'unknown' | 'warning' | 'failed';

/** A cause, in words. */
export interface DoctorFinding {
  /** Stable code, such as "no-affinity". */
  cause: string;
  verdict: Verdict;
  what: string;
  /** What the person in the call can do. */
  person?: string | null;
  /** What the operator should look at. */
  operator?: string | null;
  /** Sentences: other causes that fit as well, the likeliest first. */
  alternatives: string[];
}

/** A fact as it was seen: a status line, a header, a time. */
export interface DoctorEvidence {
  what: string;
  seen: string;
}

export interface DoctorResult {
  rung: Rung;
  verdict: Verdict;
  /** The likeliest cause first. */
  findings: DoctorFinding[];
  evidence: DoctorEvidence[];
  /** The lower rung that kept this one from being looked at. */
  blockedBy?: Rung | null;
  /** Milliseconds. */
  tookMs?: number | null;
}

export type DoctorProgress =
  | { type: 'started'; rung: Rung }
  | { type: 'judged'; result: DoctorResult }
  /** `text` is the whole report, to copy. */
  | { type: 'finished'; verdict: Verdict; culprit?: Rung | null; text: string };

export type ReportFormat = 'html' | 'json';
