/** Where on which sheet the small picture of a moment is. */
import type { Previews } from "./types";

export interface PreviewTile {
  sheet: string;
  /** Of the tile, counted in tiles. */
  column: number;
  row: number;
}

export function tileAt(previews: Previews, position_s: number): PreviewTile | null {
  const perSheet = previews.columns * previews.rows;
  if (previews.count <= 0 || perSheet <= 0 || previews.interval_s <= 0) {
    return null;
  }
  const wanted = Math.floor(Math.max(0, position_s) / previews.interval_s);
  const index = Math.min(previews.count - 1, wanted);
  const sheet = previews.sheets[Math.floor(index / perSheet)];
  const place = index % perSheet;
  return sheet ? { sheet, column: place % previews.columns, row: Math.floor(place / previews.columns) } : null;
}
