import type { ChatMessageView } from '../bindings/ChatMessageView';
import type { ParticipantView } from '../bindings/ParticipantView';

/** 20 November 2026, 14:00 UTC. */
export const NOW_MS = Date.UTC(2026, 10, 20, 14, 0);

const NAMES = [
  'Bảo Trần',
  'Nguyễn Thị Minh Khai',
  'Ann',
  'Lê Quang Đạo',
  'Guest 1',
  'María José Fernández de la Cruz',
  'Özgür',
  'Phạm Văn Đồng',
  'Sofia',
  'Jean-Luc',
  'Đặng Thùy Trâm',
  'Kenji Sato',
  'Wolfeschlegelsteinhausenbergerdorff',
  'Hà',
  'Omar Haddad',
];

/** The first `count` of the recorded participants; `speaking` and `muted` by position. */
export function people(
  count: number,
  states: { speaking?: number[]; muted?: number[]; connecting?: number[]; silent?: number[] } = {},
): ParticipantView[] {
  return NAMES.slice(0, count).map((name, index) => ({
    id: `participant-${String(index)}`,
    name,
    audio: states.muted?.includes(index)
      ? 'muted'
      : states.connecting?.includes(index)
        ? 'connecting'
        : states.silent?.includes(index)
          ? 'none'
          : 'live',
    speaking: states.speaking?.includes(index) ?? false,
    joinedAtMs: NOW_MS + index * 61_000,
  }));
}

let nextMessage = 1;

/** One message, `minutes` after two o'clock. */
export function message(
  sender: string,
  text: string,
  minutes: number,
  more: Partial<ChatMessageView> = {},
): ChatMessageView {
  return {
    id: nextMessage++,
    sender,
    text,
    atMs: NOW_MS + minutes * 60_000,
    mine: false,
    delivery: 'delivered',
    ...more,
  };
}
