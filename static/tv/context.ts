/** What every part of the page may use, handed down instead of imported: services, not globals. */
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Api } from "../shared/api";
import type { Language, StringKey } from "../shared/i18n";
import type { Positions } from "../shared/positions";
import type { ProbedScreen } from "../shared/screen";
import type { Item } from "../shared/types";
import type { Input } from "./input";
import type { LaterScripts } from "./later";
import type { CarriedChoices } from "./player/use-choices";

/** A page that was opened, with what it needs to look the same when it is returned to. */
export interface Place {
  page: "home" | "videos" | "photos" | "folders" | "folder" | "server" | "detail" | "player" | "viewer";
  item?: Item;
  /** Seconds to start at, for the player. */
  start_s?: number;
  /** Films before this one that began by themselves, for the player. */
  unasked?: number;
  /** What was chosen for the film before this one and holds for it too, for the player. */
  carried?: CarriedChoices;
  /** Neighbours to leaf through, for the photo viewer. */
  list?: Item[];
  memory: Record<string, unknown>;
}

export interface Navigation {
  open: (place: Omit<Place, "memory">) => void;
  back: () => void;
  /** A film is over and nothing follows: back to where it was chosen, past its own page. */
  finish: () => void;
  /** Go on with another film in the player's place; its page is what Back leads to then. */
  follow: (item: Item, unasked: number, carried: CarriedChoices) => void;
  /** Focus the side rail; false where there is none. */
  openRail: () => boolean;
}

export interface Services {
  api: Api;
  input: Input;
  language: Language;
  screen: ProbedScreen;
  positions: Positions;
  /** Tell the server where a film is. */
  report: (id: string, position_s: number) => void;
  /** An item came fresh from the server: its position counts. */
  learn: (item: Item) => void;
  /** Scripts that the first paint does without. */
  later: LaterScripts;
  navigation: Navigation;
  /** Show a line of text for a few seconds, and read it out. */
  say: (text: string) => void;
  /** Tell the frame of a failed call: a locked vault or a lost pairing changes the whole page. */
  failed: (error: unknown) => void;
  /** Held in the hand: everything scrolls natively, nothing is virtual. */
  compact: boolean;
}

export const ServicesContext = createContext<Services | null>(null);

export function useServices(): Services {
  const services = useContext(ServicesContext);
  if (!services) {
    throw new Error("no services around this component");
  }
  return services;
}

export function useText(): (key: StringKey, values?: Record<string, string | number>) => string {
  return useServices().language.t;
}
