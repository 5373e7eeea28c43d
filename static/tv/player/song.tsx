/** What is seen of a song: its title and cover, and how far it is; quiet, for it may stay for hours. */
import type { JSX } from "preact";
import { clock } from "../../shared/format";
import type { PlayerState } from "../../shared/player-state";
import type { ItemDetail } from "../../shared/types";
import { folderOf } from "../parts/facts";
import { Icon } from "../parts/icons";
import { Picture } from "../parts/picture";

export function Song({ item, state }: { item: ItemDetail; state: PlayerState }): JSX.Element {
  const part = state.duration_s > 0 ? Math.min(1, state.position_s / state.duration_s) : 0;
  return (
    <div class="song" data-testid="song" aria-hidden="true">
      <span class="song-cover">{item.image ? <Picture item={item} width={440} /> : <Icon name="song" />}</span>
      <div class="song-text">
        <p class="song-title">{item.title}</p>
        <p class="song-folder">{folderOf(item)}</p>
        <div class="song-progress">
          <span style={{ transform: "scaleX(" + part.toFixed(4) + ")" }} />
        </div>
        <p class="song-times">
          {clock(state.position_s)} / {clock(state.duration_s)}
        </p>
      </div>
    </div>
  );
}
