import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { App } from '../src/app/app.svelte';
import { ScriptedBackend } from '../src/backend/scripted';
import { stats as recorded } from '../src/backend/scenes/stats';
import type { StatsRow } from '../src/backend/stats';
import { en } from '../src/i18n/en';
import { eventText, useLanguage } from '../src/i18n/index.svelte';
import { vi } from '../src/i18n/vi';
import { opinionScore, qualityOf } from '../src/stats/quality';
import { highest, lineThrough, minutesOf, series, SPAN_MS } from '../src/stats/series';
import { Statistics } from '../src/stats/stats.svelte';
import { copyOf, details } from '../src/stats/words';

const row: StatsRow = {
  participantId: 'a',
  name: 'Ann',
  direction: 'in',
  lossPercent: 0,
  jitterMs: 3,
  delayMs: 40,
  levelDb: -20,
  bufferMs: 40,
  concealedPercent: 0,
  codec: 'Opus',
  path: 'udp4, direct',
};

beforeEach(() => {
  useLanguage('en');
});

describe('the estimate', () => {
  it.each([
    [{}, 'good'],
    [{ lossPercent: 30, concealedPercent: 0.2 }, 'good'],
    [{ concealedPercent: 5 }, 'fair'],
    [{ delayMs: 400, bufferMs: 120 }, 'fair'],
    [{ concealedPercent: 15 }, 'poor'],
    [{ concealedPercent: null, lossPercent: 15 }, 'poor'],
    [{ delayMs: null, bufferMs: null }, 'good'],
  ] as const)('of %o is %s', (patch, quality) => {
    expect(qualityOf({ ...row, ...patch })).toBe(quality);
  });

  it('stays between 1 and 4.5', () => {
    expect(opinionScore(row)).toBeLessThanOrEqual(4.5);
    expect(opinionScore({ ...row, concealedPercent: 100, delayMs: 9000 })).toBeGreaterThanOrEqual(1);
  });
});

describe('a plot', () => {
  it('has the highest value of each step, at the end the newest', () => {
    const at = 1_000_000;
    const points = series(
      [
        { at: at - SPAN_MS - 1, rows: [{ ...row, lossPercent: 99 }] },
        { at: at - 1000, rows: [{ ...row, lossPercent: 3 }] },
        { at, rows: [{ ...row, lossPercent: 2 }] },
      ],
      'in a',
      'lossPercent',
    );
    expect(points).toHaveLength(120);
    expect(points.at(-1)).toBe(3);
    expect(highest(points)).toBe(3);
  });

  it.each([
    [0, 1],
    [59_000, 1],
    [61_000, 2],
    [SPAN_MS, 10],
    [SPAN_MS + 9000, 10],
  ])('of %i ms reaches back %i minutes', (reach, minutes) => {
    const samples = [1000, 1000 + reach].map((at) => ({ at, rows: [row] }));
    expect(minutesOf(samples)).toBe(minutes);
    expect(series(samples, 'in a', 'lossPercent').at(-1)).toBe(0);
  });

  it('has gaps where nothing was measured', () => {
    expect(lineThrough([0, null, 10, 5], 0, 10)).toBe('M0 1.000h0.5M2 0.000h0.5L3 0.500');
    expect(lineThrough([null, null], 0, 10)).toBe('');
    expect(highest([null])).toBeNull();
  });
});

describe('the statistics', () => {
  it('begin with the history and go on from there', async () => {
    const backend = new ScriptedBackend({});
    const stats = new Statistics(new App(backend));
    const stop = stats.watch();
    await Promise.resolve();
    await Promise.resolve();
    backend.emit('call-stats', recorded);
    expect(stats.samples).toHaveLength((recorded.history?.length ?? 0) + 1);
    const before = stats.log.length;
    const entry = { at: recorded.at + 1000, code: 'media.lost', values: {} };
    backend.emit('call-stats', { at: recorded.at + 1000, rows: [row], log: [entry], history: null });
    expect(stats.rows).toEqual([row]);
    expect(stats.log).toHaveLength(before + 1);
    backend.emit('call-stats', { at: recorded.at + SPAN_MS + 500, rows: [], log: [], history: null });
    expect(stats.samples).toHaveLength(2);
    stop();
    expect(backend.calls.map(({ command }) => command)).toEqual(['open_stats', 'close_stats']);
  });

  it('are copied without the names of people', () => {
    const text = copyOf(
      [{ ...row, direction: 'out', name: 'Linh' }, row],
      [
        { at: 0, code: 'participant.silent', values: { name: 'Ann' } },
        { at: 0, code: 'participant.left', values: { name: 'Gone' } },
        { at: 0, code: 'speaker.changed', values: { device: 'Headset of Ann' } },
      ],
    );
    expect(text).not.toMatch(/Ann|Linh|Gone/);
    expect(text).toContain('Nothing arrives from Participant 1');
    expect(text).toContain('somebody left');
    expect(text).toContain('Speaker changed: another device');
    expect(text).toContain('Jitter 3 ms');
  });

  it('wait for the first second', async () => {
    const backend = new ScriptedBackend({});
    const stats = new Statistics(new App(backend));
    const stop = stats.watch();
    await Promise.resolve();
    await Promise.resolve();
    const entry = { at: 5, code: 'room.joined', values: {} };
    backend.emit('call-stats', { at: 0, rows: [], log: [entry], history: [] });
    expect(stats.samples).toHaveLength(0);
    expect(stats.log).toEqual([entry]);
    stop();
  });

  it('leave out what there is not', () => {
    const names = details({ ...row, bufferMs: null, concealedPercent: null, codec: '' });
    expect(names).toEqual([
      ['Codec', '–'],
      ['Path', 'udp4, direct'],
    ]);
  });
});

describe('an event', () => {
  it('is told in words, in both languages', () => {
    const entry = { code: 'gateway.restarted', values: { seconds: '3.1' } };
    expect(eventText(entry)).toBe('Gateway restarted, back after 3.1 s');
    useLanguage('vi');
    expect(eventText(entry)).toContain('3.1 giây');
  });

  it.each(['en', 'vi'] as const)('has the same words in exported files: %s', (language) => {
    const folder = '../src-tauri/crates/fieldtest/src/record/words';
    const exported = JSON.parse(readFileSync(`${folder}/${language}.json`, 'utf8')) as object;
    const shown = Object.entries({ en, vi }[language])
      .filter(([key]) => key.startsWith('event.') && key !== 'event.unknown')
      .map(([key, text]) => [key.slice('event.'.length), text]);
    expect(Object.fromEntries(shown)).toEqual(exported);
  });

  it('that nobody knows is told by its code', () => {
    expect(eventText({ code: 'something.new', values: {} })).toContain('something.new');
  });
});
