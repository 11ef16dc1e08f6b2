// What the doctor sends: one rung after the other, then the end. All words of causes come ready,
// in the language of the settings.

import type { Rung } from './bindings/Rung';

export type { DoctorFinding } from './bindings/DoctorFinding';
export type { DoctorProgress } from './bindings/DoctorProgress';
export type { DoctorResult } from './bindings/DoctorResult';
export type { Evidence as DoctorEvidence } from './bindings/Evidence';
export type { ReportFormat } from './bindings/ReportFormat';
export type { Rung } from './bindings/Rung';
export type { Verdict } from './bindings/Verdict';

/** Every rung of a call, in the order of the ladder; a test compares it with the program's. */
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
] as const satisfies readonly Rung[];
