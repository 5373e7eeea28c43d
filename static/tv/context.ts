/** What every part of the page may use, handed down instead of imported: services, not globals. */
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Api } from "../shared/api";
import type { Language, StringKey } from "../shared/i18n";
import type { Positions } from "../shared/positions";
import type { Screen } from "../shared/screen";
import type { Item } from "../shared/types";
import type { Input } from "./input";

/** A page that was opened, with what it needs to look the same when it is returned to. */
export interface Place {
  page: "home" | "videos" | "photos" | "folders" | "folder" | "detail" | "player" | "viewer";
  item?: Item;
  /** Seconds to start at, for the player. */
  start_s?: number;
  /** Neighbours to leaf through, for the photo viewer. */
  list?: Item[];
  memory: Record<string, unknown>;
}

export interface Navigation {
  open: (place: Omit<Place, "memory">) => void;
  back: () => void;
  /** Focus the side rail; false where there is none. */
  openRail: () => boolean;
}

export interface Services {
  api: Api;
  input: Input;
  language: Language;
  screen: Screen;
  positions: Positions;
  navigation: Navigation;
  /** Show a line of text for a few seconds, and read it out. */
  say: (text: string) => void;
  /** Tell the frame of a failed call: a locked vault or a lost pairing changes the whole page. */
  failed: (error: unknown) => void;
  /** A phone held upright: everything scrolls natively, nothing is virtual. */
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
