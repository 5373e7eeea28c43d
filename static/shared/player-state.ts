/** What a player is told and what it shows, apart from how one follows from the other (machine.ts). */
import type { BarState } from "./bar";
import type { Countdown, NextFacts } from "./next-up";
import type { Trouble } from "./trouble";
import type { Chapter } from "./types";

/** The media element and what is around the player, as far as the machine drives it. */
export interface MediaPort {
  play(): void;
  pause(): void;
  seek(position_s: number): void;
  leave(): void;
  /** The last film is over: back to where it was chosen. */
  finish(): void;
  /** Go on with the film that follows; `asked` when somebody wanted it, false when it begins by itself. */
  next(asked: boolean): void;
}

/** What is known of the film besides its pictures; it may come late. */
export interface FilmFacts extends NextFacts {
  chapters: Chapter[];
}

export type PlayStatus = "loading" | "blocked" | "playing" | "paused" | "ended" | "failed";

export interface PlayerState extends Countdown {
  status: PlayStatus;
  position_s: number;
  duration_s: number;
  buffered_s: number;
  osd: boolean;
  info: boolean;
  spinner: boolean;
  /** Where a scrub would land, null when none is under way. */
  scrub_s: number | null;
  bar: BarState;
  trouble: Trouble | null;
}
