import type { ChatMessageView } from '../backend/bindings/ChatMessageView';

/** The gateway's web client allows this many UTF-16 units. */
export const LONGEST_MESSAGE = 500;
/** From how many remaining characters on the counter is shown. */
export const COUNTER_FROM = 50;

const SAME_BREATH_MS = 5 * 60_000;

export interface ChatGroup {
  /** Id of its first message. */
  id: number;
  sender: string;
  mine: boolean;
  atMs: number;
  messages: ChatMessageView[];
}

/** Messages that one person sent in one go, together. */
export function grouped(messages: readonly ChatMessageView[]): ChatGroup[] {
  const groups: ChatGroup[] = [];
  for (const message of messages) {
    const group = groups.at(-1);
    const last = group?.messages.at(-1);
    if (
      group !== undefined &&
      last !== undefined &&
      group.mine === message.mine &&
      group.sender === message.sender &&
      message.atMs - last.atMs < SAME_BREATH_MS
    ) {
      group.messages.push(message);
    } else {
      groups.push({
        id: message.id,
        sender: message.sender,
        mine: message.mine,
        atMs: message.atMs,
        messages: [message],
      });
    }
  }
  return groups;
}
