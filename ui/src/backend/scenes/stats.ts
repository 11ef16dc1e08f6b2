import type { CallStats, StatsRow, StatsSample } from '../stats';
import { NOW_MS } from './people';

const MINUTES = 7;
/** A wave that looks like a measurement and is the same every time. */
const wave = (second: number, phase: number): number =>
  Math.sin(second / 7 + phase) * 0.5 + Math.sin(second / 2.3 + phase * 3) * 0.3 + 0.5;

const inbound = {
  direction: 'in',
  codec: 'Opus 48 kHz, FEC',
  path: 'udp4, direct',
} as const;

function rows(second: number): StatsRow[] {
  const steady = wave(second, 1);
  const shaky = second > 180 && second < 300;
  return [
    {
      participantId: 'me',
      name: 'Linh Đỗ',
      direction: 'out',
      lossPercent: steady > 1.1 ? 0.5 : 0,
      jitterMs: null,
      delayMs: 31 + steady * 6,
      levelDb: steady > 0.6 ? -20 - steady * 4 : -62,
      bufferMs: null,
      concealedPercent: null,
      codec: 'Opus 48 kHz, FEC',
      path: 'udp4, direct',
    },
    {
      ...inbound,
      participantId: 'participant-0',
      name: 'Bảo Trần',
      lossPercent: shaky ? 9 + wave(second, 2) * 6 : steady > 0.9 ? 0.4 : 0,
      jitterMs: (shaky ? 24 : 4) + steady * 5,
      delayMs: (shaky ? 120 : 36) + steady * 20,
      levelDb: steady > 0.4 ? -18 - steady * 6 : -90,
      bufferMs: shaky ? 120 : 48,
      concealedPercent: shaky ? 4 : 0.1,
    },
    {
      ...inbound,
      participantId: 'participant-1',
      name: 'Nguyễn Thị Minh Khai',
      lossPercent: 6.2 + wave(second, 4) * 2,
      jitterMs: 32 + wave(second, 5) * 14,
      delayMs: 188 + wave(second, 6) * 40,
      levelDb: -30 - wave(second, 7) * 8,
      bufferMs: 140,
      concealedPercent: 4.4,
    },
    {
      ...inbound,
      participantId: 'participant-2',
      name: 'Ann',
      lossPercent: 18 + wave(second, 8) * 9,
      jitterMs: 61 + wave(second, 9) * 20,
      delayMs: null,
      levelDb: -127,
      bufferMs: 200,
      concealedPercent: 14.8,
      path: 'tcp4, relay',
    },
  ];
}

const seconds = MINUTES * 60;
const samples: StatsSample[] = Array.from({ length: seconds }, (_, second) => ({
  at: NOW_MS + second * 1000,
  rows: rows(second),
}));
const after = (second: number): number => NOW_MS + second * 1000;

/** Seven minutes of a call with everything in it. */
export const stats: CallStats = {
  at: after(seconds),
  rows: rows(seconds),
  history: samples,
  log: [
    { at: after(0), code: 'room.joined', values: {} },
    { at: after(1), code: 'media.connected', values: { path: 'udp4, direct' } },
    { at: after(14), code: 'participant.joined', values: { name: 'Ann' } },
    { at: after(131), code: 'gateway.restarted', values: { seconds: '3.1' } },
    { at: after(181), code: 'loss.high', values: { name: 'Bảo Trần', percent: '12' } },
    { at: after(240), code: 'microphone.muted', values: {} },
    { at: after(262), code: 'microphone.unmuted', values: {} },
    { at: after(301), code: 'loss.over', values: { name: 'Bảo Trần' } },
    { at: after(333), code: 'path.changed', values: { path: 'tcp4, direct' } },
    { at: after(350), code: 'media.lost', values: {} },
    { at: after(352), code: 'media.back', values: { seconds: '1.8' } },
    { at: after(377), code: 'participant.silent', values: { name: 'Ann' } },
  ],
};
