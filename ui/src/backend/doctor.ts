// What the doctor sends: one rung after the other, then the end. All words of causes come ready,
// in the language of the settings.

import type { Rung } from './bindings/Rung';

export type { DoctorFinding } from './bindings/DoctorFinding';
export type { DoctorProgress } from './bindings/DoctorProgress';
export type { DoctorResult } from './bindings/DoctorResult';
export type { DoctorTarget } from './bindings/DoctorTarget';
export type { Evidence as DoctorEvidence } from './bindings/Evidence';
export type { ReportFormat } from './bindings/ReportFormat';
export type { Rung } from './bindings/Rung';
export type { Verdict } from './bindings/Verdict';

/** The ladders in their order; a test compares them with the program's. */
export const RUNGS = {
  call: [
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
  ],
  record: [
    'link',
    'address',
    'tls',
    'endpoint',
    'polling',
    'websocket',
    'namespace',
    'vocabulary',
  ],
} as const satisfies Record<string, readonly Rung[]>;
