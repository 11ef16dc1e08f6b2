import type { StatsRow, StatsSample } from '../backend/stats';

/** How far back the plots and the history reach. */
export const SPAN_MS = 600_000;
/** A call that is younger has a plot of less, which is full sooner. */
const SPANS_MIN = [1, 2, 5, 10];
const POINTS = 120;

export type Measure = 'lossPercent' | 'jitterMs' | 'delayMs' | 'levelDb';

/** Identity of a row over time. */
export function keyOf(row: StatsRow): string {
  return `${row.direction} ${row.participantId}`;
}

/** How many minutes back a plot of these samples reaches. */
export function minutesOf(samples: readonly StatsSample[]): number {
  const reach = (samples.at(-1)?.at ?? 0) - (samples[0]?.at ?? 0);
  return SPANS_MIN.find((minutes) => minutes * 60_000 >= reach) ?? SPAN_MS / 60_000;
}

/**
 * One measure of one stream over so many minutes, oldest first: the highest value of each step, `null`
 * where nothing was measured.
 */
export function series(
  samples: readonly StatsSample[],
  key: string,
  measure: Measure,
  minutes = minutesOf(samples),
): (number | null)[] {
  // Samples are a second apart, more or less.
  const steps = Math.min(POINTS, minutes * 30);
  const stepMs = (minutes * 60_000) / steps;
  const points = Array.from({ length: steps }, (): number | null => null);
  const now = samples.at(-1)?.at ?? 0;
  for (const { at, rows } of samples) {
    const step = steps - 1 - Math.floor((now - at) / stepMs);
    const value = rows.find((row) => keyOf(row) === key)?.[measure];
    if (step < 0 || step >= steps || value === undefined || value === null) continue;
    points[step] = Math.max(points[step] ?? value, value);
  }
  return points;
}

export function highest(points: readonly (number | null)[]): number | null {
  const known = points.filter((point) => point !== null);
  return known.length === 0 ? null : Math.max(...known);
}

/** The line through the points for a picture of `points - 1` by 1, with gaps where they are. */
export function lineThrough(points: readonly (number | null)[], low: number, high: number): string {
  let line = '';
  let drawing = false;
  points.forEach((point, index) => {
    if (point === null) {
      drawing = false;
      return;
    }
    const share = Math.min(1, Math.max(0, (point - low) / (high - low)));
    const y = (1 - share).toFixed(3);
    line += `${drawing ? 'L' : 'M'}${String(index)} ${y}`;
    // A lone point is seen as well.
    if (!drawing) line += 'h0.5';
    drawing = true;
  });
  return line;
}
