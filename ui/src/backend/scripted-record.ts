import type { CollabCommand, CollabUpdate, FieldView } from './record';

/** A record as the program would have it, as far as the scenes need it. */
export class ScriptedRecord {
  #whole: CollabUpdate;
  #version: number;
  #emit: (update: CollabUpdate) => void;

  constructor(whole: CollabUpdate, emit: (update: CollabUpdate) => void) {
    this.#whole = whole;
    this.#version = whole.version;
    this.#emit = emit;
  }

  whole(): CollabUpdate {
    return { ...this.#whole, version: this.#version, whole: true };
  }

  /** Changes some of it, as the program would tell of it. */
  change(part: Partial<CollabUpdate>): void {
    this.#version += 1;
    const { fields = [], removedFields = [], activity = [], ...rest } = part;
    const changed = new Map(fields.map((field) => [field.key, field]));
    const known = new Set(this.#whole.fields.map(({ key }) => key));
    this.#whole = {
      ...this.#whole,
      ...rest,
      fields: [
        ...this.#whole.fields
          .filter(({ key }) => !removedFields.includes(key))
          .map((field) => changed.get(field.key) ?? field),
        ...fields.filter(({ key }) => !known.has(key)),
      ],
      activity: [...this.#whole.activity, ...activity],
    };
    this.#emit({ ...EMPTY, ...rest, fields, removedFields, activity, version: this.#version });
  }

  /** What the program would show after a command. */
  obey(command: CollabCommand): void {
    const { me, steps, notifications } = this.#whole;
    switch (command.type) {
      case 'type':
        this.#field(command.field, { mine: { text: command.text, delivery: 'typing' } });
        break;
      case 'commit':
        this.#commit(command.field, command.text);
        break;
      case 'discard':
        this.#field(command.field, { mine: null });
        break;
      case 'keepMine': {
        const conflict = this.#find(command.field)?.conflict;
        if (conflict) this.#commit(command.field, conflict.mine);
        break;
      }
      case 'takeTheirs': {
        const conflict = this.#find(command.field)?.conflict;
        if (conflict) {
          this.#field(command.field, { value: conflict.theirs, mine: null, conflict: null });
        }
        break;
      }
      case 'addField':
        this.change({ fields: [blank(`added ${command.name}`, command.name, command.step)] });
        break;
      case 'step':
        if (!me) break;
        this.change({
          me: { ...me, step: command.step },
          steps: (steps ?? []).map((step) => ({
            ...step,
            staff: [
              ...step.staff.filter((staff) => staff !== me.id),
              ...(step.key === command.step ? [me.id] : []),
            ],
          })),
        });
        break;
      case 'markRead':
        this.change({
          notifications: (notifications ?? []).map((notice) =>
            command.key === null || notice.key === command.key ? { ...notice, read: true } : notice,
          ),
        });
        break;
      case 'dismiss':
        this.change({
          notifications: (notifications ?? []).filter(({ key }) => key !== command.key),
        });
        break;
      case 'seenMissed':
        this.change({ missed: [] });
        break;
      case 'retry':
        this.change({ connection: { state: 'connecting' } });
        break;
      case 'focus':
        break;
    }
  }

  #find(key: string): FieldView | undefined {
    return this.#whole.fields.find((field) => field.key === key);
  }

  #field(key: string, change: Partial<FieldView>): void {
    const field = this.#find(key);
    if (field) this.change({ fields: [{ ...field, ...change }] });
  }

  #commit(key: string, text: string): void {
    const { connection, me } = this.#whole;
    if (connection?.state === 'joined') {
      this.#field(key, { value: text, by: null, mine: null, conflict: null });
    } else {
      this.#field(key, { mine: { text, delivery: 'waiting' }, conflict: null });
      if (me) this.change({ me: { ...me, waiting: me.waiting + 1 } });
    }
  }
}

/** An update in which nothing changed. */
export const EMPTY: CollabUpdate = {
  version: 0,
  whole: false,
  record: null,
  connection: null,
  me: null,
  staff: null,
  steps: null,
  queue: null,
  fields: [],
  removedFields: [],
  notifications: null,
  activity: [],
  missed: null,
};

/** A field that nobody has used yet. */
export function blank(key: string, label: string, step: string | null): FieldView {
  return {
    key,
    name: label,
    label,
    step,
    value: null,
    cut: false,
    by: null,
    changedMs: null,
    mine: null,
    drafts: [],
    focus: [],
    conflict: null,
  };
}
