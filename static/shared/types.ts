/** What the server's HTTP API says, as types. Fields are absent or null when unknown. */

export type ItemKind = "folder" | "video" | "photo" | "other";

export interface Item {
  id: string;
  kind: ItemKind;
  /** The file's own name; `title` is what a person reads. */
  name: string;
  path: string;
  title: string;
  mime?: string | null;
  /** Bytes. */
  size?: number | null;
  parent?: string | null;
  duration_s?: number | null;
  /** Upright, in pixels. */
  width?: number | null;
  height?: number | null;
  /** ISO 8601, with the offset where the file has one. */
  taken_at?: string | null;
  added_at?: string | null;
  location?: { lat: number; lon: number } | null;
  /** Why it cannot be read or played, in words. */
  problem?: string | null;
  /** The problem concerns some of its bytes only: the rest plays. */
  partly?: boolean;
  image?: string | null;
  child_count?: number | null;
  /** Where it was left; absent when it was not begun, or seen to its end. Seconds. */
  position_s?: number | null;
  /** When it was last watched, ISO 8601. */
  watched_at?: string | null;
}

export interface VideoTrack {
  codec: string;
  profile?: string | null;
  width?: number | null;
  height?: number | null;
  fps?: number | null;
  bit_depth?: number | null;
  /** True or the name of the transfer, false or null for SDR. */
  hdr?: boolean | string | null;
}

export interface AudioTrack {
  index: number;
  codec: string;
  channels?: number | null;
  language?: string | null;
  title?: string | null;
  default?: boolean | null;
}

export interface SubtitleTrack {
  /** A number for a track in the file, "x0", "x1" .. for a file beside the video. */
  index: number | string;
  codec: string;
  language?: string | null;
  title?: string | null;
  forced?: boolean | null;
  default?: boolean | null;
  /** Whether it can be had as WebVTT; the others are drawn into the picture by the server. */
  text?: boolean | null;
  /** Address of its WebVTT. */
  url?: string | null;
}

export interface Chapter {
  start_s: number;
  title?: string | null;
}

/** Small pictures of a film at even distances, many on one sheet, row by row. */
export interface Previews {
  interval_s: number;
  /** Of one picture, in pixels. */
  width: number;
  height: number;
  /** Of pictures on one sheet. */
  columns: number;
  rows: number;
  count: number;
  sheets: string[];
}

export interface Media {
  video: VideoTrack[];
  audio: AudioTrack[];
  subtitles: SubtitleTrack[];
  chapters?: Chapter[] | null;
}

export interface Playback {
  decision: "direct" | "remux" | "transcode";
  reason: string;
  file: string;
  hls: string;
}

export interface ItemDetail extends Item {
  playback?: Playback | null;
  media?: Media | null;
}

export interface ItemPage {
  items: Item[];
  /** Cursor of the next page, null on the last. */
  next: string | null;
}

export type SortOrder = "name" | "-name" | "title" | "-title" | "added" | "-added" | "taken" | "-taken" | "-watched";

export interface ItemQuery {
  folder?: string;
  q?: string;
  kind?: "video" | "photo";
  sort?: SortOrder;
  /** Only what was begun and not finished. */
  begun?: "true";
  cursor?: string;
  limit?: number;
}

export type VaultState = "locked" | "unlocked";

export interface Health {
  status: string;
  vault: VaultState;
}

/** What a device may do: a TV plays, a phone also locks and unlocks, the owner also administers. */
export type Role = "tv" | "phone" | "owner";

export interface Me {
  device_id: string;
  role: Role;
  vault: VaultState;
}

/** What is converted now, and how many of it there may be at most. */
export interface Conversions {
  playing: number;
  limit: number;
  /** Films whose picture is not converted. */
  passed_on: number;
  /** Requests in the queue. */
  waiting: number;
  viewers: number;
  /** Bytes of segments. */
  memory_size: number;
}

export interface Encoder {
  /** As ffmpeg calls it. */
  name: string;
  device: string | null;
  /** The device decodes as well. */
  reads: boolean;
  works: boolean;
  chosen: boolean;
  /** Why it does not work. */
  reason: string;
  /** Seconds of work for a second of a 1080p film, where it was measured. */
  cost: number | null;
}

export interface ServerState {
  conversions: Conversions;
  encoders: Encoder[];
}

export interface PairingOffer {
  device_code: string;
  user_code: string;
  verification_uri: string;
  verification_uri_complete?: string;
  /** Seconds. */
  expires_in: number;
  /** Seconds between polls. */
  interval: number;
}

/** A screen that waits for somebody's yes. */
export interface PairingRequest {
  name: string;
  address: string;
}

export interface ScanState {
  running: boolean;
  done: number;
  total: number | null;
}
