import type { ActivityKind } from '../backend/bindings/ActivityKind';
import type { ErrorView } from '../backend/bindings/ErrorView';
import type {
  ActivityView,
  CollabConnectionView,
  ConflictView,
  Delivery,
  MissedView,
  ReasonView,
  StaffStatus,
  StaffView,
  StepView,
} from '../backend/record';
import { ago, explain, t } from '../i18n/index.svelte';
import { isolate } from '../i18n/isolate';

/** A list of the queue that is older than this says so, in milliseconds. */
export const OLD_QUEUE_MS = 120_000;
/** Somebody who was active within this time is simply here, in milliseconds. */
const JUST_SEEN_MS = 60_000;

export interface ConnectionSentence {
  text: string;
  /** How it stands: something is under way, all is well, look here. */
  tone: 'busy' | 'good' | 'attention';
}

/** Where the connection stands, in one sentence. */
export function connectionSentence(
  connection: CollabConnectionView | null,
  host: string,
): ConnectionSentence {
  switch (connection?.state) {
    case undefined:
      return { text: t('record.state.opening'), tone: 'busy' };
    case 'connecting':
      return { text: t('record.state.connecting', { host: isolate(host) }), tone: 'busy' };
    case 'joining':
      return { text: t('record.state.joining', { host: isolate(host) }), tone: 'busy' };
    case 'joined':
      return { text: t('record.state.joined', { host: isolate(host) }), tone: 'good' };
    case 'reconnecting':
      return {
        text: t('record.state.reconnecting', { attempt: connection.attempt }),
        tone: 'attention',
      };
    case 'refused':
      return { text: t('record.state.refused', { host: isolate(host) }), tone: 'attention' };
    case 'closed':
      return { text: t('record.state.closed'), tone: 'busy' };
  }
}

/** Why, and what to do now. */
export function reasonSentence(reason: ReasonView): string {
  const { what, advice } = explain(reason);
  return advice === '' ? what : `${what} ${advice}`;
}

/**
 * Whether looking at the service may tell more: not where the link, the profile or this computer is
 * to blame.
 */
export function isOfTheService({ code }: ErrorView): boolean {
  return !/^collab\.(?:link-|file-|profile-|no-profile$|keyring$|superseded$)/u.test(code);
}

/** What somebody is called: their name, else their id. */
export function nameOf(staff: Pick<StaffView, 'id' | 'name'>): string {
  return staff.name?.trim() ? staff.name : staff.id;
}

export function statusWord(status: StaffStatus): string {
  return {
    active: t('staff.active'),
    idle: t('staff.idle'),
    away: t('staff.away'),
    unknown: t('staff.unknown'),
  }[status];
}

/** When somebody was last active, where that is worth telling. */
export function seenWords(staff: StaffView, nowMs: number): string | null {
  if (staff.isSelf || staff.status === 'active' || nowMs - staff.seenMs < JUST_SEEN_MS) return null;
  return t('staff.seen', { ago: ago(staff.seenMs, nowMs) });
}

export function stepStateWord(step: StepView): string | null {
  switch (step.state) {
    case null:
      return null;
    case 'waiting':
    case 'in_progress':
    case 'completed':
    case 'blocked':
      return t(`steps.state.${step.state}`);
    default:
      return step.state;
  }
}

export function deliveryWord(delivery: Delivery): string {
  return {
    typing: t('delivery.typing'),
    waiting: t('delivery.waiting'),
    sent: t('delivery.sent'),
    unconfirmed: t('delivery.unconfirmed'),
    refused: t('delivery.refused'),
  }[delivery];
}

export function conflictSentence(conflict: ConflictView): string {
  const name = isolate(conflict.with);
  switch (conflict.kind) {
    case 'typing':
      return t('conflict.typing', { name });
    case 'replaced':
      // A stored value has nobody's name on it.
      return conflict.with === '' ? t('conflict.replaced.stored') : t('conflict.replaced', { name });
    case 'movedOn':
      return t('conflict.moved');
  }
}

/** Kinds whose sentence has no person in it. */
const IMPERSONAL = ['queueMoved', 'notified', 'connected', 'disconnected', 'refused'] as const;
type Impersonal = (typeof IMPERSONAL)[number];

function isImpersonal(what: ActivityKind): what is Impersonal {
  return (IMPERSONAL as readonly ActivityKind[]).includes(what);
}

/** What happened, in a sentence. */
export function activitySentence({ what, who, bySelf, about }: ActivityView): string {
  if (isImpersonal(what)) return t(`activity.${what}`);
  const place = isolate(about ?? '');
  if (bySelf) return t(`activity.${what}.you`, { about: place });
  return t(`activity.${what}`, { who: who === null ? t('activity.someone') : isolate(who), about: place });
}

/** What changed while the connection was away, in a sentence. */
export function missedSentence(missed: MissedView): string {
  switch (missed.kind) {
    case 'field': {
      const field = isolate(missed.label);
      const now = valueWords(missed.now);
      if (missed.before === null) return t('missed.field', { field, now });
      return t('missed.field.before', { field, before: valueWords(missed.before), now });
    }
    case 'joined':
      return t('missed.joined', { who: isolate(missed.who) });
    case 'left':
      return t('missed.left', { who: isolate(missed.who) });
    case 'queueMoved':
      return t('missed.queue', { before: placeWords(missed.before), now: placeWords(missed.now) });
  }
}

function valueWords(value: string): string {
  return value === '' ? t('missed.empty') : isolate(value);
}

function placeWords(position: number | null): string | number {
  return position ?? t('missed.noplace');
}
