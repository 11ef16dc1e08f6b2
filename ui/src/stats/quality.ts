import type { StatsRow } from '../backend/stats';

export type Quality = 'good' | 'fair' | 'poor';

/** Opus with its concealment: percent of loss that costs half of what loss can cost (ITU-T G.113). */
const ROBUSTNESS = 20;
const WITHOUT_IMPAIRMENT = 93.2;
const MOST_LOSS_IMPAIRMENT = 95;
/** A frame, and the devices, in milliseconds. */
const PROCESSING_MS = 40;
const NOTICED_DELAY_MS = 177.3;

const GOOD_FROM = 4;
const FAIR_FROM = 3.2;

/**
 * Mean opinion score from 1 to 4.5, estimated after the E-model (ITU-T G.107) in the simplified
 * form of Cole and Rosenbluth.
 */
export function opinionScore(row: StatsRow): number {
  const delay = (row.delayMs ?? 0) / 2 + (row.bufferMs ?? 0) + PROCESSING_MS;
  const missing = row.concealedPercent ?? row.lossPercent;
  const rating =
    WITHOUT_IMPAIRMENT -
    0.024 * delay -
    0.11 * Math.max(0, delay - NOTICED_DELAY_MS) -
    (MOST_LOSS_IMPAIRMENT * missing) / (missing + ROBUSTNESS);
  const bounded = Math.min(100, Math.max(0, rating));
  return 1 + 0.035 * bounded + 7e-6 * bounded * (bounded - 60) * (100 - bounded);
}

export function qualityOf(row: StatsRow): Quality {
  const score = opinionScore(row);
  if (score >= GOOD_FROM) return 'good';
  return score >= FAIR_FROM ? 'fair' : 'poor';
}
