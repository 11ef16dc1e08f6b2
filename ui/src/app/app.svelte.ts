import type { Backend } from '../backend/backend';
import type { CallView } from '../backend/bindings/CallView';
import type { EndReason } from '../backend/bindings/EndReason';
import type { ErrorView } from '../backend/bindings/ErrorView';
import type { LevelsView } from '../backend/bindings/LevelsView';
import { asErrorView } from '../backend/errors';
import type { CallCommand } from '../backend/bindings/CallCommand';
import type { JoinRequest } from '../backend/bindings/JoinRequest';
import type { PreparedRoom } from '../backend/bindings/PreparedRoom';
import type { Settings } from '../backend/bindings/Settings';
import type { RecordAddress, RecordRequest } from '../backend/record';
import type { Panel } from '../call/panel';
import { explain, t, useLanguage } from '../i18n/index.svelte';
import { isRecordLink } from '../record/link';
import { LiveRecord } from './record.svelte';
import { useAppearance } from './theme';
import { Toasts } from './toasts.svelte';

export type Screen = 'home' | 'prejoin' | 'call' | 'ended' | 'doctor' | 'record';

/** How far the socket of the room on the pre-join screen is. */
export type Preparation =
  | { state: 'opening'; host: string | null }
  | { state: 'ready'; room: PreparedRoom }
  | { state: 'failed'; error: ErrorView };

export type SettingsSection = 'devices' | 'look' | 'connection' | 'records' | 'privacy' | 'about';

/** What is to be tested, and whether a press has already asked for it to begin. */
export interface DoctorRequest extends RecordAddress {
  begin: boolean;
}

const SILENCE: LevelsView = { me: -127, participants: {} };

const DEFAULTS: Settings = {
  name: '',
  language: 'system',
  appearance: 'system',
  microphone: null,
  speaker: null,
  startMuted: false,
  serverOverride: null,
  iceServers: [],
  relayOnly: false,
  notificationText: false,
  keepRecents: true,
  recents: [],
};

/**
 * Which screen is shown, and the last values that arrived from the program. Nothing here decides
 * anything about a call: that is the program's part.
 */
export class App {
  readonly backend: Backend;
  readonly toasts = new Toasts();
  readonly record = new LiveRecord(this);

  started = $state(false);
  screen = $state<Screen>('home');
  settings = $state.raw<Settings>(DEFAULTS);
  /** Section of the settings that is open. */
  settingsOpen = $state<SettingsSection | null>(null);

  /** Link or code of the room that is being opened or was opened last. */
  link = $state('');
  /** What to call the room before the program has named it. */
  roomName = $state('');
  preparation = $state.raw<Preparation>({ state: 'opening', host: null });
  /** How many people are in that room, once and where that is known. */
  people = $state<number | null>(null);
  /** A name that the link carries, for this call only. */
  linkName = $state<string | null>(null);
  joining = $state(false);
  joinError = $state.raw<ErrorView | null>(null);

  view = $state.raw<CallView | null>(null);
  levels = $state.raw<LevelsView>(SILENCE);
  /** What is open beside the tiles of the call. */
  panel = $state<Panel | null>(null);
  ended = $state.raw<EndReason | null>(null);
  doctor = $state.raw<DoctorRequest>({ input: '', profile: null, record: null, begin: false });
  /** Whether the dialog for reporting a problem is open. */
  reporting = $state(false);
  /** A link that was opened from outside during a call. */
  incoming = $state<string | null>(null);

  /** Answers that belong to a room that was given up are dropped. */
  #opening = 0;
  /** The screen that the doctor was called from. */
  #before: Screen = 'home';
  /** A link to open as soon as the call that is being left has ended. */
  #next: string | null = null;
  #stop: (() => void)[] = [];

  constructor(backend: Backend) {
    this.backend = backend;
  }

  async start(): Promise<void> {
    this.#stop = await Promise.all([
      this.backend.on('call-view', (view) => {
        this.#show(view);
      }),
      this.backend.on('call-levels', (levels) => {
        this.levels = levels;
      }),
      this.backend.on('call-ended', (reason) => {
        this.#end(reason);
      }),
      this.backend.on('open-link', (link) => {
        void this.#opened(link);
      }),
      this.backend.on('collab-update', (update) => {
        this.record.take(update);
      }),
      this.backend.on('collab-closed', (why) => {
        this.record.closed(why);
        // Where the record is shown, its form says why.
        if (why !== null && this.screen !== 'record' && this.panel !== 'record') this.tell(why);
      }),
      this.backend.on('open-record', (request) => {
        this.askedForRecord(request);
      }),
    ]);
    try {
      this.settings = await this.backend.call('get_settings');
    } catch (error) {
      this.tell(error);
    }
    this.#applyLooks();
    this.started = true;
    // A page that was loaded again finds the call that went on without it.
    const view = await this.backend.call('current_call').catch(() => null);
    if (view) this.#show(view);
    const record = await this.backend.call('collab_state').catch(() => null);
    if (record) this.record.restore(record);
    const pending = await this.backend.call('take_pending_link').catch(() => null);
    if (pending) this.follow(pending);
  }

  stop(): void {
    for (const stop of this.#stop) stop();
    this.#stop = [];
  }

  /**
   * Changes settings; they hold at once, and are saved. The recent rooms are the program's own:
   * they are changed by removing, and go when they are switched off.
   */
  async change(patch: Partial<Omit<Settings, 'recents'>>): Promise<void> {
    const recents = patch.keepRecents === false ? [] : this.settings.recents;
    this.settings = { ...this.settings, ...patch, recents };
    this.#applyLooks();
    try {
      await this.backend.call('set_settings', { settings: this.settings });
    } catch {
      this.toasts.show('error', t('settings.saveFailed'));
    }
  }

  async removeRecent(link: string): Promise<void> {
    const recents = this.settings.recents.filter((recent) => recent.link !== link);
    this.settings = { ...this.settings, recents };
    await this.do('remove_recent', { link });
  }

  async forgetRecents(): Promise<void> {
    for (const { link } of this.settings.recents) await this.removeRecent(link);
  }

  async newRoom(): Promise<void> {
    try {
      const { link } = await this.backend.call('new_room');
      await this.open(link);
    } catch (error) {
      this.tell(error);
    }
  }

  /** Shows where a link leads. */
  follow(link: string): void {
    if (isRecordLink(link)) {
      this.askedForRecord({ origin: 'link', input: link, profile: null, record: null });
    } else {
      void this.open(link);
    }
  }

  /** Shows the record that is open, or the form to open one. */
  showRecord(): void {
    this.settingsOpen = null;
    if (this.screen === 'call') this.panel = 'record';
    else this.screen = 'record';
  }

  /** Something asks for a record: it fills in the form, and no more without a saved profile. */
  askedForRecord(request: RecordRequest): void {
    const { record } = this;
    if (request.origin === 'room') {
      if (!record.isOpen) record.offer = request;
    } else if (record.isOpen) {
      record.other = request;
    } else {
      this.fillIn(request);
    }
  }

  /** Opens a record of a saved profile, or shows what a link asks for in the form. */
  fillIn(request: RecordRequest): void {
    const { profile, record } = request;
    this.record.offer = null;
    this.record.error = null;
    this.record.request = request;
    this.showRecord();
    if (profile !== null && record !== null) {
      void this.record.open({ input: null, profile, record });
    }
  }

  /** Closes the record that is open for the one that was asked for meanwhile. */
  async takeOther(): Promise<void> {
    const { other } = this.record;
    this.record.other = null;
    if (other === null) return;
    await this.record.close();
    this.fillIn(other);
  }

  /** Shows the pre-join screen of a room and opens its socket meanwhile. */
  async open(link: string): Promise<void> {
    const opening = ++this.#opening;
    this.link = link;
    this.roomName = '';
    this.linkName = null;
    this.joinError = null;
    this.joining = false;
    this.view = null;
    this.ended = null;
    this.preparation = { state: 'opening', host: null };
    this.people = null;
    this.screen = 'prejoin';
    try {
      const parsed = await this.backend.call('parse_link', { input: link });
      if (opening !== this.#opening) return;
      this.roomName = parsed.room;
      this.linkName = parsed.name ?? null;
      this.preparation = { state: 'opening', host: parsed.gatewayHost ?? parsed.site };
      const room = await this.backend.call('prepare', { input: link });
      if (opening !== this.#opening) return;
      this.roomName = room.room;
      this.preparation = { state: 'ready', room };
      const people = await this.backend.call('count_people').catch(() => null);
      if (opening === this.#opening) this.people = people;
    } catch (error) {
      if (opening !== this.#opening) return;
      this.preparation = { state: 'failed', error: asErrorView(error) };
    }
  }

  async join(request: JoinRequest): Promise<void> {
    const opening = this.#opening;
    this.joining = true;
    this.joinError = null;
    this.levels = SILENCE;
    try {
      await this.backend.call('join', { request });
    } catch (error) {
      if (opening === this.#opening) this.joinError = asErrorView(error);
    } finally {
      if (opening === this.#opening) this.joining = false;
    }
  }

  /** Back to the start; whatever was being opened is given up. */
  async goHome(): Promise<void> {
    this.#opening += 1;
    const given = this.screen === 'prejoin';
    this.screen = 'home';
    this.view = null;
    this.joinError = null;
    if (given) await this.backend.call('cancel_prepare').catch(() => null);
    // A room that was just left is among the recent ones now.
    this.settings = await this.backend.call('get_settings').catch(() => this.settings);
  }

  /** Shows the doctor, which begins by itself where the person has just pressed for this link. */
  test(link: string, begin: boolean): void {
    const input = link.trim() || (this.settings.recents[0]?.link ?? '');
    this.#test({ input, profile: null, record: null, begin });
  }

  /** Lets the doctor look at once at the record that was opened or tried last, which stays open. */
  testRecord(): void {
    const { asked } = this.record;
    if (asked === null) return;
    // The form comes back as it was sent.
    if (!this.record.isOpen) this.record.request = { origin: 'link', ...asked };
    this.#test({ ...asked, begin: true });
  }

  /** Back to where the doctor was called from. */
  endTest(): void {
    if (this.screen === 'call') this.panel = 'record';
    else this.screen = this.#before;
  }

  report(): void {
    this.settingsOpen = null;
    this.reporting = true;
  }

  command(command: CallCommand): Promise<boolean> {
    return this.do('call_command', { command });
  }

  /** Runs a command whose refusal is worth a toast and nothing more. */
  async do(...args: Parameters<Backend['call']>): Promise<boolean> {
    try {
      await this.backend.call(...args);
      return true;
    } catch (error) {
      this.tell(error);
      return false;
    }
  }

  /** Where a file was saved; `null` where none was, which is told in passing. */
  async save(command: Promise<string | null>): Promise<string | null> {
    try {
      return await command;
    } catch (error) {
      this.tell(error);
      return null;
    }
  }

  /** Tells of an error in passing. */
  tell(thrown: unknown): void {
    const { what, advice } = explain(asErrorView(thrown));
    this.toasts.show('error', advice === '' ? what : `${what} ${advice}`);
  }

  /** Leaves the call for a link that was opened from outside. */
  async takeIncoming(): Promise<void> {
    this.#next = this.incoming;
    this.incoming = null;
    await this.command({ type: 'leave' });
  }

  #test(request: DoctorRequest): void {
    this.settingsOpen = null;
    this.doctor = request;
    // A call goes on beside it, with its controls.
    if (this.screen === 'call') {
      this.panel = 'doctor';
      return;
    }
    if (this.screen !== 'doctor') this.#before = this.screen;
    this.screen = 'doctor';
  }

  #show(view: CallView): void {
    // The end is told by an event of its own; a view that comes after it is late.
    if (view.connection.state === 'ended' || this.screen === 'ended') return;
    this.view = view;
    if (this.screen !== 'call') this.panel = null;
    this.screen = 'call';
  }

  #end(reason: EndReason): void {
    this.ended = reason;
    this.incoming = null;
    this.record.offer = null;
    this.joining = false;
    this.screen = 'ended';
    const next = this.#next;
    this.#next = null;
    if (next !== null) void this.open(next);
  }

  async #opened(link: string): Promise<void> {
    // Taken, so that a page that is loaded again does not open it again.
    await this.backend.call('take_pending_link').catch(() => null);
    this.settingsOpen = null;
    if (isRecordLink(link)) this.follow(link);
    else if (this.screen === 'call') this.incoming = link;
    else await this.open(link);
  }

  #applyLooks(): void {
    useLanguage(this.settings.language);
    useAppearance(this.settings.appearance);
  }
}
