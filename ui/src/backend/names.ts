// The one list of names that cross the boundary between the interface and the shell.

import type { CallView } from './bindings/CallView';
import type { EndReason } from './bindings/EndReason';
import type { LevelsView } from './bindings/LevelsView';
import type {
  About,
  CallCommand,
  DeviceChoice,
  DeviceList,
  JoinRequest,
  MeterEvent,
  ParsedLink,
  PreparedRoom,
  Settings,
} from './shell';

/** Every command: its arguments and its answer. A refusal is always an `ErrorView`. */
export interface Commands {
  parse_link: { args: { input: string }; answer: ParsedLink };
  get_settings: { args: undefined; answer: Settings };
  set_settings: { args: { settings: Settings }; answer: null };
  list_devices: { args: undefined; answer: DeviceList };
  new_room: { args: undefined; answer: { link: string } };
  prepare: { args: { input: string }; answer: PreparedRoom };
  cancel_prepare: { args: undefined; answer: null };
  start_meter: { args: { microphone: DeviceChoice }; answer: null };
  stop_meter: { args: undefined; answer: null };
  test_sound: { args: { speaker: DeviceChoice }; answer: null };
  join: { args: JoinRequest; answer: null };
  call_command: { args: { command: CallCommand }; answer: null };
  copy_text: { args: { text: string }; answer: null };
  remove_recent: { args: { link: string }; answer: null };
  take_pending_link: { args: undefined; answer: string | null };
  about: { args: undefined; answer: About };
  open_external: { args: { url: string }; answer: null };
}

export type CommandName = keyof Commands;

/** Every event and its payload. */
export interface Events {
  'call-view': CallView;
  'call-levels': LevelsView;
  'call-ended': EndReason;
  /** A link was opened from outside; it is never joined by itself. */
  'open-link': string;
  meter: MeterEvent;
}

export type EventName = keyof Events;
