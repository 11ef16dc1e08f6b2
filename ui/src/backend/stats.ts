// What is measured in a call, once a second while somebody looks.

export type { CallStats } from './bindings/CallStats';
export type { StatsEvent } from './bindings/StatsEvent';
export type { StatsRow } from './bindings/StatsRow';
export type { StatsSample } from './bindings/StatsSample';
