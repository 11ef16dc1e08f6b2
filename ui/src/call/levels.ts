/** Quieter than this shows nothing, in dBFS. */
const FLOOR = -60;

/** A level in dBFS as a share of what can be shown, 0 to 1. */
export function shareOf(level: number | undefined): number {
  if (level === undefined || Number.isNaN(level)) return 0;
  return Math.min(1, Math.max(0, (level - FLOOR) / -FLOOR));
}
