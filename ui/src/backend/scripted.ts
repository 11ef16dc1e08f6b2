import type { Backend, CommandArgs } from './backend';
import type { CallCommand } from './bindings/CallCommand';
import type { CallView } from './bindings/CallView';
import type { Settings } from './bindings/Settings';
import { Frames } from './frames';
import type { CommandName, Commands, EventName, Events } from './names';
import type {
  CollabProfile,
  CollabUpdate,
  OpenedRecord,
  RecordState,
} from './record';
import { ScriptedRecord } from './scripted-record';
import { parseLink, targetOf } from './scripted-links';
import { recents, scenes, type Scene } from './scenes';
import { deployments, opened } from './scenes/record';

type Handlers = { [E in EventName]: Set<(payload: Events[E]) => void> };
type Answers = {
  [C in CommandName]: (
    args: Commands[C]['args'],
  ) => Commands[C]['answer'] | Promise<Commands[C]['answer']>;
};

/** Plays a recorded scene: for tests, and for work on the interface in a plain browser. */
export class ScriptedBackend implements Backend {
  /** Every command that was called, with its arguments. */
  readonly calls: { command: CommandName; args: unknown }[] = [];
  /** For benchmarks; it measures where the scene goes on by itself. */
  readonly frames = new Frames();
  /** The record that is open. */
  record: ScriptedRecord | null = null;
  #opened: OpenedRecord;
  #profiles: CollabProfile[];
  #scene: Scene;
  #settings: Settings;
  #view: CallView | null;
  #meter: ReturnType<typeof setInterval> | undefined;
  #handlers: Handlers = {
    'call-view': new Set(),
    'call-levels': new Set(),
    'call-ended': new Set(),
    'open-link': new Set(),
    meter: new Set(),
    'doctor-progress': new Set(),
    'call-stats': new Set(),
    'collab-update': new Set(),
    'collab-closed': new Set(),
    'open-record': new Set(),
  };

  constructor(scene: Scene) {
    this.#scene = scene;
    this.#view = scene.view ?? null;
    this.#profiles = scene.profiles ?? [];
    this.#opened = scene.opened ?? opened;
    if (!scene.recordClosed) this.#openRecord();
    this.#settings = {
      name: 'Linh Đỗ',
      language: 'en',
      appearance: 'system',
      microphone: null,
      speaker: null,
      startMuted: false,
      serverOverride: null,
      iceServers: [],
      relayOnly: false,
      notificationText: false,
      keepRecents: true,
      recents,
      ...scene.settings,
    };
  }

  /** The scene of a name, with `lang` and `theme` of the page's query. */
  static of(name: string): ScriptedBackend {
    const scene = scenes[name];
    if (scene === undefined) throw new Error(`no scene ${name}: ${Object.keys(scenes).join(', ')}`);
    const query = new URLSearchParams(location.search);
    const settings: Partial<Settings> = { ...scene.settings };
    const language = query.get('lang');
    if (language === 'en' || language === 'vi') settings.language = language;
    const appearance = query.get('theme');
    if (appearance === 'light' || appearance === 'dark') settings.appearance = appearance;
    const backend = new ScriptedBackend({ ...scene, settings });
    Object.assign(window, { scripted: backend });
    return backend;
  }

  async call<C extends CommandName>(
    command: C,
    ...args: CommandArgs<C>
  ): Promise<Commands[C]['answer']> {
    this.calls.push({ command, args: args[0] });
    await Promise.resolve();
    return (this.#answers[command] as Answers[C])(args[0] as Commands[C]['args']);
  }

  on<E extends EventName>(event: E, handler: (payload: Events[E]) => void): Promise<() => void> {
    const handlers: Set<(payload: Events[E]) => void> = this.#handlers[event];
    handlers.add(handler);
    return Promise.resolve(() => {
      handlers.delete(handler);
    });
  }

  emit<E extends EventName>(event: E, payload: Events[E]): void {
    for (const handler of this.#handlers[event]) handler(payload);
  }

  /** Shows a changed view, as the program would. */
  show(patch: Partial<CallView>): void {
    if (this.#view === null) return;
    this.#view = { ...this.#view, ...patch };
    this.emit('call-view', this.#view);
  }

  #answers: Answers = {
    parse_link: ({ input }) => parseLink(input),
    get_settings: () => this.#settings,
    set_settings: ({ settings }) => {
      this.#settings = settings;
      return null;
    },
    list_devices: () =>
      this.#scene.devices ?? {
        inputs: [
          { id: 'builtin', name: 'Built-in Microphone', isDefault: true },
          { id: 'usb', name: 'USB Headset Pro (Stereo, 48 kHz)', isDefault: false },
        ],
        outputs: [
          { id: 'hp', name: 'Headphones', isDefault: true },
          { id: 'hdmi', name: 'HDMI / DisplayPort 1', isDefault: false },
        ],
        error: null,
      },
    new_room: () => ({ link: 'https://jbcalling.site/room/k7m2-q9xw' }),
    prepare: ({ input }) => {
      if (this.#scene.prepare === 'never') return new Promise(() => undefined);
      if (this.#scene.prepare) throw this.#scene.prepare;
      const room = input.split('/').at(-1) ?? input;
      return { room, site: 'jbcalling.site' };
    },
    count_people: () => this.#scene.people ?? null,
    cancel_prepare: () => null,
    start_meter: () => {
      clearInterval(this.#meter);
      const send = () => {
        if (this.#scene.meter) this.emit('meter', this.#scene.meter);
      };
      send();
      this.#meter = setInterval(send, 100);
      return null;
    },
    stop_meter: () => {
      clearInterval(this.#meter);
      return null;
    },
    test_sound: () => null,
    join: ({ request }) => {
      if (this.#scene.join) throw this.#scene.join;
      this.#view ??= null;
      if (this.#view === null) return null;
      this.show({ me: { ...this.#view.me, name: request.name } });
      return null;
    },
    call_command: ({ command }) => {
      this.#obey(command);
      return null;
    },
    current_call: () => this.#scene.current ?? null,
    copy_text: () => null,
    remove_recent: () => null,
    take_pending_link: () => {
      // The last thing that is asked for at the start: then the scene begins.
      setTimeout(() => {
        this.#begin();
      });
      return this.#scene.pending ?? null;
    },
    about: () => ({ version: '0.1.0', tauri: '2.12.5', webview: '2.50.1' }),
    open_external: () => null,
    start_doctor: (what) => {
      const { doctor, doctorRefusal } = this.#scene;
      if (doctorRefusal) throw doctorRefusal;
      const target = targetOf(what, this.#profiles);
      const language = this.#settings.language === 'vi' ? 'vi' : 'en';
      setTimeout(() => {
        for (const progress of doctor?.(language) ?? []) this.emit('doctor-progress', progress);
      });
      return target;
    },
    stop_doctor: () => null,
    save_doctor_report: ({ format }) => `/home/linh/Downloads/jbcalling-test-2026-11-20T203832Z.${format}`,
    open_stats: () => {
      setTimeout(() => {
        if (this.#scene.stats) this.emit('call-stats', this.#scene.stats);
      });
      return null;
    },
    close_stats: () => null,
    export_stats: () => '/home/linh/Downloads/jbcalling-statistics-2026-11-20T203832Z.json',
    report_problem: () => {
      if (this.#scene.report) throw this.#scene.report;
      return '/home/linh/Downloads/jbcalling-problem-2026-11-20T203832Z.zip';
    },
    open_record: ({ profile, record }) => {
      const { openRefusal, opened: answer } = this.#scene;
      if (openRefusal) throw openRefusal;
      const unnamed = { record: record ?? 'P-17', host: 'collab.example', deployment: 'auto' };
      this.#opened = answer ?? { ...unnamed, profile, binding: null };
      this.#openRecord();
      setTimeout(() => {
        if (this.record) this.emit('collab-update', this.record.whole());
      });
      return this.#opened;
    },
    close_record: () => {
      this.record = null;
      return null;
    },
    collab_command: ({ command }) => {
      this.record?.obey(command);
      return null;
    },
    collab_state: () => this.#state(),
    export_activity: () => '/home/linh/Downloads/jbcalling-activity-2026-11-20T203832Z.json',
    list_deployments: () => this.#scene.deployments ?? deployments,
    list_profiles: () => this.#profiles,
    save_profile: ({ profile, credential }) => {
      const before = this.#profiles.find(({ name }) => name === profile.name);
      const hasCredential = credential === null ? (before?.hasCredential ?? false) : credential !== '';
      const saved = { ...profile, hasCredential };
      this.#profiles = before
        ? this.#profiles.map((one) => (one === before ? saved : one))
        : [...this.#profiles, saved];
      return null;
    },
    remove_profile: ({ name }) => {
      this.#profiles = this.#profiles.filter((one) => one.name !== name);
      return null;
    },
    bind_record: () => null,
  };

  #state(): RecordState | null {
    if (!this.record) return null;
    const { profile, record } = this.#opened;
    return { asked: { input: null, profile, record }, opened: this.#opened, update: this.record.whole() };
  }

  #begun = false;

  #begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    const { view, levels, ended, request, play } = this.#scene;
    if (view) this.emit('call-view', view);
    if (levels) this.emit('call-levels', levels);
    if (ended) this.emit('call-ended', ended);
    if (request) this.emit('open-record', request);
    if (play && this.record) {
      this.frames.start();
      play(this.record.whole(), (update) => {
        this.emit('collab-update', update);
      });
    }
  }

  #openRecord(): void {
    const { record } = this.#scene;
    if (record === undefined) return;
    const whole: CollabUpdate = typeof record === 'function' ? record() : record;
    this.record = new ScriptedRecord(whole, (update) => {
      this.emit('collab-update', update);
    });
  }

  /** What the program would show after a command, as far as the scenes need it. */
  #obey(command: CallCommand): void {
    const view = this.#view;
    if (view === null) return;
    const { me } = view;
    const device = me.microphone.state === 'unavailable' ? '' : me.microphone.device;
    switch (command.type) {
      case 'mute':
        this.show({ me: { ...me, speaking: false, microphone: { state: 'muted', device } } });
        break;
      case 'unmute':
        this.show({ me: { ...me, microphone: { state: 'live', device, delivered: true } } });
        break;
      case 'chat': {
        const id = (view.chat.at(-1)?.id ?? 0) + 1;
        const { text } = command;
        const own = { id, sender: me.name, text, atMs: Date.now(), mine: true };
        this.show({ chat: [...view.chat, { ...own, delivery: 'delivered' }] });
        break;
      }
      case 'markChatRead':
        this.show({ unreadChat: 0 });
        break;
      case 'dismissNotice':
        this.show({ notices: view.notices.filter(({ id }) => id !== command.id) });
        break;
      case 'leave':
        this.emit('call-ended', { kind: 'left' });
        break;
      case 'setMicrophone':
      case 'setSpeaker':
        break;
    }
  }
}
