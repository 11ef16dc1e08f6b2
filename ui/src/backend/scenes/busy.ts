import type { CollabUpdate, FieldView, QueueEntryView, StaffView } from '../record';
import { EMPTY } from '../scripted-record';
import { ALL, entry, field, happened, HOST, me, notice, person, record, stepKey, steps } from './record';

const STAFF = 200;
const FIELDS = 5000;
const QUEUE = 60;
const EDITS_PER_S = 20;
/** Every so many edits a value is committed, the queue moves, a notice arrives. */
const COMMIT_EVERY = 5;
const QUEUE_EVERY = 40;
const NOTICE_EVERY = 200;
/** Half of the edits are made in the fields that are seen first. */
const SEEN = 40;

/** mulberry32: the same edits in every run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function staff(): StaffView[] {
  const others = Array.from({ length: STAFF - 1 }, (_, at) =>
    person(`u-${String(at)}`, `Colleague ${String(at + 1)}`, {
      role: ['nurse', 'doctor', 'optician'][at % 3] ?? null,
      step: stepKey(at % 8),
    }),
  );
  return [me, ...others];
}

function fields(): FieldView[] {
  return Array.from({ length: FIELDS }, (_, at) =>
    field(`f-${String(at)}`, `Field ${String(at + 1)}`, String(at), {
      step: stepKey(Math.floor((at * 8) / FIELDS)),
    }),
  );
}

function queue(): QueueEntryView[] {
  return Array.from({ length: QUEUE }, (_, at) =>
    entry(`P-${String(at)}`, at + 1, { key: `P-${String(at)}`, isOwn: at === 12 }),
  );
}

const whole = (): CollabUpdate =>
  record({
    record: { id: 'P-busy', host: HOST, vocabularies: ['screening'], offers: ALL },
    staff: staff(),
    steps: steps(),
    queue: { entries: queue(), heardMs: Date.now(), ownPosition: 13 },
    fields: fields(),
    activity: [happened('connected', 0)],
  });

/** Edits by all of them, for as long as the page lives. */
function play(begin: CollabUpdate, emit: (update: CollabUpdate) => void): void {
  const next = random(4);
  const below = (limit: number) => Math.floor(next() * limit);
  const all = [...begin.fields];
  let people = begin.staff ?? [];
  let waiting = begin.queue?.entries ?? [];
  let notices = begin.notifications ?? [];
  let { version } = begin;
  let edits = 0;

  function edit(): CollabUpdate {
    edits += 1;
    version += 1;
    const who = people[1 + below(people.length - 1)] ?? me;
    const at = next() < 0.5 ? below(SEEN) : below(all.length);
    const before = all[at] ?? field('f-0', 'Field 1', '');
    const by = who.name ?? who.id;
    const text = `${before.drafts[0]?.text ?? ''}${String(below(10))}`.slice(-12);
    const committed = edits % COMMIT_EVERY === 0;
    const after: FieldView = committed
      ? { ...before, value: text, by, changedMs: Date.now(), drafts: [], focus: [] }
      : { ...before, drafts: [{ staff: who.id, name: by, text }], focus: [who.id] };
    all[at] = after;
    // The program sends the whole list again when one of them has moved.
    people = people.map((one) =>
      one.id === who.id ? { ...one, editing: after.key, seenMs: Date.now() } : { ...one },
    );
    const update: CollabUpdate = {
      ...EMPTY,
      version,
      staff: people,
      fields: [after],
      activity: [happened(committed ? 'committed' : 'typed', 0, { who: by, about: after.label, text })],
    };
    if (edits % QUEUE_EVERY === 0) {
      const moved = below(waiting.length);
      waiting = [...waiting.slice(0, moved), ...waiting.slice(moved + 1), ...waiting.slice(moved, moved + 1)].map(
        (one, index) => ({ ...one, position: index + 1 }),
      );
      const own = waiting.find(({ isOwn }) => isOwn)?.position ?? null;
      update.queue = { entries: waiting, heardMs: Date.now(), ownPosition: own };
    }
    if (edits % NOTICE_EVERY === 0) {
      notices = [notice(`b-${String(edits)}`, `Notice ${String(edits)}`), ...notices].slice(0, 100);
      update.notifications = notices;
    }
    return update;
  }

  setInterval(() => {
    emit(edit());
  }, 1000 / EDITS_PER_S);
}

export const busy = { whole, play };
