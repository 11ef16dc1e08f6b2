// What crosses the boundary besides the view of a call: settings, devices and the steps before a
// join. The shell's `src-tauri/src` holds the other half of these types.

import type { ErrorView } from './bindings/ErrorView';

/** What a link or a code turned out to mean. */
export interface ParsedLink {
  room: string;
  /** Host to show: "Room bao-123 on jbcalling.site". */
  site: string;
  gatewayHost?: string | null;
  /** A name that the link carries. */
  name?: string | null;
}

export type LanguageChoice = 'system' | 'en' | 'vi';
export type AppearanceChoice = 'system' | 'light' | 'dark';

export interface IceServer {
  url: string;
  username: string;
  credential: string;
}

export interface RecentRoom {
  link: string;
  room: string;
  site: string;
  /** Milliseconds since the Unix epoch. */
  lastJoinedMs: number;
}

export interface Settings {
  name: string;
  language: LanguageChoice;
  appearance: AppearanceChoice;
  /** Device id; `null` follows the system's default. */
  microphone: string | null;
  speaker: string | null;
  startMuted: boolean;
  serverOverride: string | null;
  iceServers: IceServer[];
  relayOnly: boolean;
  keepRecents: boolean;
  recents: RecentRoom[];
}

export interface AudioDevice {
  id: string;
  name: string;
  isDefault: boolean;
}

export interface DeviceList {
  inputs: AudioDevice[];
  outputs: AudioDevice[];
  error?: ErrorView | null;
}

/** A room whose socket is open, before Join is pressed. */
export interface PreparedRoom {
  room: string;
  site: string;
  /** How many people are in it, where that can be known. */
  people?: number | null;
}

/** Device id, `null` for the system's default, "none" for joining without one. */
export type DeviceChoice = string | null;

export interface JoinRequest {
  name: string;
  microphone: DeviceChoice;
  speaker: DeviceChoice;
  muted: boolean;
}

export type CallCommand =
  | { type: 'mute' }
  | { type: 'unmute' }
  | { type: 'chat'; text: string }
  | { type: 'markChatRead' }
  | { type: 'dismissNotice'; id: number }
  | { type: 'setMicrophone'; device: DeviceChoice }
  | { type: 'setSpeaker'; device: DeviceChoice }
  | { type: 'leave' };

/** 10 Hz while the meter runs. `level` is dBFS, -127 to 0. */
export type MeterEvent = { level: number } | { error: ErrorView };

export interface About {
  version: string;
  /** Further components and their versions, by name. */
  [component: string]: string;
}
