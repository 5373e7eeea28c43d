/** What happens when an item is chosen. */
import { isPlayable, isSong } from "../shared/playable";
import type { Item } from "../shared/types";
import type { Services } from "./context";

/** Open an item in the way of its kind; `list` is what it was chosen from. */
export function openItem(services: Services, item: Item, list: Item[]): void {
  const { navigation } = services;
  if (item.kind === "folder") {
    navigation.open({ page: "folder", item });
  } else if (item.kind === "photo" && !item.problem) {
    navigation.open({ page: "viewer", item, list: list.filter((other) => other.kind === "photo") });
  } else if (!isSong(item) || !playItem(services, item)) {
    navigation.open({ page: "detail", item });
  }
}

/** Play at once what can be played; false for everything else. */
export function playItem(services: Services, item: Item): boolean {
  if (!isPlayable(item)) {
    return false;
  }
  const position = services.positions.of(item);
  services.navigation.open({ page: "player", item, start_s: position ? position.position_s : 0 });
  return true;
}
