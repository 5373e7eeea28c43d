/**
 * Sizes in rem that the focus arithmetic and the style sheet share (a screen is 96 rem wide and, on a
 * TV, 54 rem high).
 */

export const GAP = 1.4;
/** Left edge of everything beside the rail. */
export const CONTENT_LEFT = 10.4;
/** Width from there to the safe area's right edge. */
export const CONTENT_WIDTH = 80.8;

export interface CardShape {
  name: "wide" | "photo";
  width: number;
  height: number;
  /** Height with what is written below. */
  full: number;
}

export const ROW_CARD_HEIGHT = 9.6;
export const WIDE: CardShape = { name: "wide", width: 17.06, height: ROW_CARD_HEIGHT, full: 13.4 };
export const PHOTO: CardShape = { name: "photo", width: 12.8, height: ROW_CARD_HEIGHT, full: 9.6 };

export const GRID_COLUMNS = 5;
const GRID_WIDTH = (CONTENT_WIDTH - (GRID_COLUMNS - 1) * GAP) / GRID_COLUMNS;
export const GRID_WIDE: CardShape = {
  name: "wide",
  width: GRID_WIDTH,
  height: (GRID_WIDTH * 9) / 16,
  full: (GRID_WIDTH * 9) / 16 + 3.8,
};
export const GRID_PHOTO: CardShape = {
  name: "photo",
  width: GRID_WIDTH,
  height: (GRID_WIDTH * 3) / 4,
  full: (GRID_WIDTH * 3) / 4,
};

/** Space for a row's name above its cards. */
export const ROW_HEAD = 3.2;
/** Space between a row and the next one's name. */
export const ROW_FOOT = 1.2;

export function laneHeight(shape: CardShape): number {
  return ROW_HEAD + shape.full + ROW_FOOT;
}

/** Whole cards that fit between the rail and the safe area's edge. */
export function cardsVisible(shape: CardShape): number {
  return Math.floor((CONTENT_WIDTH + GAP) / (shape.width + GAP));
}

export function rem(value: number): string {
  return String(Math.round(value * 100) / 100) + "rem";
}
