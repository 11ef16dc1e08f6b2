import type { ErrorView } from '../backend/bindings/ErrorView';
import { asErrorView } from '../backend/errors';
import type {
  ActivityView,
  CollabCommand,
  CollabConnectionView,
  CollabSelfView,
  CollabUpdate,
  MissedView,
  NotificationView,
  OpenedRecord,
  QueueView,
  RecordAddress,
  RecordClosed,
  RecordRequest,
  RecordState,
  RecordView,
  StaffView,
  StepView,
} from '../backend/record';
import type { App } from './app.svelte';
import { Fields } from './fields.svelte';
import { byKey, kept, merged } from './lists';

/** The record that is open: the parts of it that arrived, laid over each other. */
export class LiveRecord {
  readonly fields = new Fields();

  record = $state.raw<RecordView | null>(null);
  connection = $state.raw<CollabConnectionView | null>(null);
  me = $state.raw<CollabSelfView | null>(null);
  staff = $state.raw<StaffView[]>([]);
  steps = $state.raw<StepView[]>([]);
  queue = $state.raw<QueueView | null>(null);
  /** Newest first. */
  notifications = $state.raw<NotificationView[]>([]);
  /** Oldest first. */
  activity = $state.raw<ActivityView[]>([]);
  missed = $state.raw<MissedView[]>([]);

  /** What was opened or tried last. */
  asked = $state.raw<RecordAddress | null>(null);
  /** What opening it answered. */
  opened = $state.raw<OpenedRecord | null>(null);
  opening = $state(false);
  /** Why it could not be opened, or was closed. */
  error = $state.raw<ErrorView | null>(null);

  /** What fills in the form. */
  request = $state.raw<RecordRequest | null>(null);
  /** A record that goes with the room of the call. */
  offer = $state.raw<RecordRequest | null>(null);
  /** A record that something asked for while this one was open. */
  other = $state.raw<RecordRequest | null>(null);
  /** Key of the field to be brought into sight. */
  wanted = $state<string | null>(null);

  isOpen = $derived(this.record !== null || this.opened !== null);
  id = $derived(this.record?.id ?? this.opened?.record ?? '');
  host = $derived(this.record?.host ?? this.opened?.host ?? '');
  unread = $derived(this.notifications.filter(({ read }) => !read).length);
  /** Edits that closing would give up. */
  unsent = $derived((this.me?.waiting ?? 0) + this.fields.undecided.length);
  stepByKey = $derived(byKey(this.steps, ({ key }) => key));
  staffById = $derived(byKey(this.staff, ({ id }) => id));

  #app: App;
  #version = 0;
  #commands: CollabCommand[] = [];
  #sending = false;

  constructor(app: App) {
    this.#app = app;
  }

  /** Lays an update over what is shown. */
  take(update: CollabUpdate): void {
    if (update.whole) this.#clear();
    // Late, or of a record that this page has not seen the beginning of.
    else if (this.record === null || update.version <= this.#version) return;
    this.#version = update.version;
    if (update.record) this.record = update.record;
    if (update.connection) this.connection = update.connection;
    if (update.me) this.me = update.me;
    if (update.staff) this.staff = kept(this.staff, update.staff, ({ id }) => id);
    if (update.steps) this.steps = kept(this.steps, update.steps, ({ key }) => key);
    if (update.queue) {
      const entries = kept(this.queue?.entries ?? [], update.queue.entries, ({ key }) => key);
      this.queue = { ...update.queue, entries };
    }
    if (update.notifications) {
      this.notifications = kept(this.notifications, update.notifications, ({ key }) => key);
    }
    if (update.missed) this.missed = update.missed;
    if (update.activity.length > 0) this.activity = merged(this.activity, update.activity);
    this.fields.take(
      update.fields,
      update.removedFields,
      this.steps.map(({ key }) => key),
    );
  }

  /** All of it, for a page that was loaded again; nothing where something newer has come already. */
  restore({ asked, opened, update }: RecordState): void {
    // Another one has been opened meanwhile.
    if (this.asked !== null) return;
    if (this.record !== null && this.record.id !== opened.record) return;
    this.asked = asked;
    this.opened = opened;
    if (this.record === null || update.version >= this.#version) this.take(update);
  }

  async open(args: RecordAddress): Promise<boolean> {
    this.opening = true;
    this.asked = args;
    this.error = null;
    try {
      const opened = await this.#app.backend.call('open_record', args);
      // Its first update may have come before this answer.
      if (this.record !== null && this.record.id !== opened.record) this.#clear();
      this.opened = opened;
      this.request = null;
      return true;
    } catch (error) {
      this.error = asErrorView(error);
      return false;
    } finally {
      this.opening = false;
    }
  }

  async close(): Promise<void> {
    try {
      await this.#app.backend.call('close_record');
    } catch (error) {
      this.#app.tell(error);
      return;
    }
    this.closed(null);
  }

  closed(why: RecordClosed): void {
    this.#clear();
    this.opened = null;
    this.error = why;
  }

  /** One after the other: what is typed must not overtake itself. */
  command(command: CollabCommand): void {
    const last = this.#commands.at(-1);
    if (command.type === 'type' && last?.type === 'type' && last.field === command.field) {
      this.#commands.pop();
    }
    this.#commands.push(command);
    if (!this.#sending) void this.#send();
  }

  /** Chooses one of two values. */
  decide(field: string, type: 'keepMine' | 'takeTheirs'): void {
    const cell = this.fields.get(field);
    if (cell) cell.decided += 1;
    this.command({ type, field });
  }

  /** Lets this record and a room belong together; `null` undoes it. */
  async bind(room: string | null): Promise<boolean> {
    const profile = this.opened?.profile ?? null;
    const binding = room === null ? null : { room, record: this.id, profile };
    const done = await this.#app.do('bind_record', { binding });
    if (done && this.opened) this.opened = { ...this.opened, binding };
    return done;
  }

  async #send(): Promise<void> {
    this.#sending = true;
    for (let command = this.#commands.shift(); command; command = this.#commands.shift()) {
      await this.#app.do('collab_command', { command });
    }
    this.#sending = false;
  }

  #clear(): void {
    this.fields.clear();
    this.record = null;
    this.connection = null;
    this.me = null;
    this.staff = [];
    this.steps = [];
    this.queue = null;
    this.notifications = [];
    this.activity = [];
    this.missed = [];
    this.wanted = null;
    this.#version = 0;
  }
}
