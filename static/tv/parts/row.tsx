/** A row of cards that slides under the focus; only what is on the screen and a little more exists. */
import type { JSX } from "preact";
import type { Item } from "../../shared/types";
import { useServices, useText } from "../context";
import { Card } from "./card";
import { Icon } from "./icons";
import { memo } from "./memo";
import type { CardShape } from "./sizes";
import { cardsVisible, GAP, rem } from "./sizes";

/** Cards kept ready on either side of the screen, so that a slide never shows a hole. */
const SPARE = 2;

interface RowProps {
  lane: string;
  heading: string;
  items: Item[];
  shape: CardShape;
  /** First card on the screen. */
  offset: number;
  /** False for rows far below: their place is kept, their cards do not exist. */
  near: boolean;
  top: number | null;
  height: number;
  onOpen: (item: Item, column: number) => void;
  /** A pointer pages the row. */
  onPage: (lane: string, pages: number) => void;
  /** What the last card does, when the list goes on elsewhere. */
  onAll?: ((lane: string) => void) | undefined;
}

function RowView(props: RowProps): JSX.Element {
  const { compact } = useServices();
  const { items, shape, lane, offset, onAll } = props;
  const step = shape.width + GAP;
  const first = compact ? 0 : Math.max(0, offset - SPARE);
  const visible = cardsVisible(shape);
  const stop = compact ? items.length : Math.min(items.length, offset + visible + 1 + SPARE);
  const total = items.length + (onAll ? 1 : 0);
  const style = compact ? undefined : { top: rem(props.top || 0), height: rem(props.height) };
  const track = compact ? undefined : { transform: "translate3d(" + rem(-offset * step) + ",0,0)" };
  const left = (column: number): number | null => (compact ? null : column * step);
  return (
    <div role="group" class={"row row-" + shape.name} style={style} aria-label={props.heading} data-testid="row" data-row={lane}>
      <h2 class="row-heading">{props.heading}</h2>
      {props.near || compact ? (
        <div class="row-track" style={track}>
          {items.slice(first, stop).map((item, index) => (
            <Card
              key={item.id}
              item={item}
              lane={lane}
              column={first + index}
              place={first + index + 1}
              total={items.length}
              shape={shape}
              left={left(first + index)}
              onOpen={props.onOpen}
            />
          ))}
          {onAll && (compact || offset + visible + SPARE >= items.length) ? (
            <AllCard lane={lane} column={items.length} shape={shape} left={left(items.length)} onAll={onAll} />
          ) : null}
        </div>
      ) : null}
      <PageArrows onPage={props.onPage} lane={lane} offset={offset} last={Math.max(0, total - visible)} shape={shape} />
    </div>
  );
}

/** A move of the focus draws one row again, not all of them. */
export const Row = memo(RowView);

interface AllCardProps {
  lane: string;
  column: number;
  shape: CardShape;
  left: number | null;
  onAll: (lane: string) => void;
}

function AllCard({ lane, column, shape, left, onAll }: AllCardProps): JSX.Element {
  const t = useText();
  const style = left === null ? undefined : { left: rem(left), width: rem(shape.width), height: rem(shape.full) };
  return (
    <button
      type="button"
      class={"card card-all card-" + shape.name}
      style={style}
      data-lane={lane}
      data-column={column}
      data-testid="see-all"
      onClick={() => {
        onAll(lane);
      }}
    >
      <span class="tile" style={left === null ? undefined : { height: rem(shape.height) }}>
        <span class="placeholder">
          <Icon name="all" />
          <span class="placeholder-title">{t("home.all")}</span>
        </span>
      </span>
    </button>
  );
}

interface PageArrowsProps {
  onPage: (lane: string, pages: number) => void;
  lane: string;
  offset: number;
  last: number;
  shape: CardShape;
}

/** What a pointer clicks at the ends of a row; keys never land here. */
function PageArrows({ onPage, lane, offset, last, shape }: PageArrowsProps): JSX.Element {
  const t = useText();
  const turn = (pages: number) => (): void => {
    onPage(lane, pages);
  };
  const style = { height: rem(shape.height) };
  return (
    <span class="page-arrows">
      {offset > 0 ? (
        <button type="button" tabIndex={-1} class="page-arrow page-arrow-left" style={style} aria-label={t("nav.earlier")} onClick={turn(-1)}>
          <Icon name="left" />
        </button>
      ) : null}
      {offset < last ? (
        <button type="button" tabIndex={-1} class="page-arrow page-arrow-right" style={style} aria-label={t("nav.later")} onClick={turn(1)}>
          <Icon name="right" />
        </button>
      ) : null}
    </span>
  );
}

/** Grey shapes of the right size while a row is on its way. */
export function RowSkeleton({ shape, top, height }: { shape: CardShape; top: number; height: number }): JSX.Element {
  const { compact } = useServices();
  const cards: JSX.Element[] = [];
  for (let column = 0; column <= cardsVisible(shape); column++) {
    const style = compact ? undefined : { left: rem(column * (shape.width + GAP)), width: rem(shape.width), height: rem(shape.height) };
    cards.push(<span key={column} class="card skeleton" style={style} />);
  }
  return (
    <div class={"row row-" + shape.name} style={compact ? undefined : { top: rem(top), height: rem(height) }} aria-hidden="true">
      <span class="row-heading skeleton-line" />
      <div class="row-track">{cards}</div>
    </div>
  );
}
