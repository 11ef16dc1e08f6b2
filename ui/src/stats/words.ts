import type { StatsEvent, StatsRow } from '../backend/stats';
import { clockSeconds, decimal, eventText, t } from '../i18n/index.svelte';
import { qualityOf } from './quality';
import type { Measure } from './series';

/** Below this nobody hears anything, in dBFS. */
const SILENT_DB = -90;
const UNKNOWN = '–';

export const words: Record<Measure, (value: number) => string> = {
  lossPercent: percent,
  jitterMs: milliseconds,
  delayMs: milliseconds,
  levelDb: (value) => (value <= SILENT_DB ? t('stats.silence') : `${decimal(value)} dB`),
};

function percent(value: number): string {
  return `${decimal(value, value > 0 && value < 10 ? 1 : 0)} %`;
}

function milliseconds(value: number): string {
  return `${decimal(value)} ms`;
}

/** A value that may not be known. */
export function said(value: number | null, as: (value: number) => string): string {
  return value === null ? UNKNOWN : as(value);
}

/** What is told in words alone: name and value. */
export function details(row: StatsRow): [name: string, value: string][] {
  const found: [string, string][] = [];
  if (row.bufferMs !== null) found.push([t('stats.buffer'), milliseconds(row.bufferMs)]);
  if (row.concealedPercent !== null) {
    found.push([t('stats.concealed'), percent(row.concealedPercent)]);
  }
  found.push([t('stats.codec'), row.codec || UNKNOWN], [t('stats.path'), row.path || UNKNOWN]);
  return found;
}

export function isTrouble(code: string): boolean {
  return /\.(lost|high|silent)$/.test(code);
}

/** Everything as text to pass on: people are numbered, not named, devices neither. */
export function copyOf(rows: readonly StatsRow[], log: readonly StatsEvent[]): string {
  const aliases = new Map<string, string>();
  for (const row of rows) {
    if (row.direction === 'out') continue;
    aliases.set(row.name, t('stats.participant', { number: aliases.size + 1 }));
  }
  const lines = rows.map((row) => {
    const name = row.direction === 'out' ? t('stats.me') : (aliases.get(row.name) ?? '');
    const measured = [
      [t('stats.quality'), t(`stats.quality.${qualityOf(row)}`)],
      [t('stats.loss'), words.lossPercent(row.lossPercent)],
      [t('stats.jitter'), said(row.jitterMs, words.jitterMs)],
      [t('stats.delay'), said(row.delayMs, words.delayMs)],
      [t('stats.level'), words.levelDb(row.levelDb)],
      ...details(row),
    ];
    return `${name}: ${measured.map((pair) => pair.join(' ')).join(', ')}`;
  });
  const events = log.map(({ at, code, values }) => {
    const { name, device } = values;
    const anonymous = { ...values };
    if (name !== undefined) anonymous['name'] = aliases.get(name) ?? t('stats.someone');
    // People name devices after themselves.
    if (device !== undefined) anonymous['device'] = t('stats.otherDevice');
    return `${clockSeconds(at)} ${eventText({ code, values: anonymous })}`;
  });
  return [...lines, '', ...events].join('\n').trim();
}
