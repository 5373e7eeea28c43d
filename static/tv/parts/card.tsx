/** One item as a button. */
import type { JSX } from "preact";
import { clock } from "../../shared/format";
import { isSong } from "../../shared/playable";
import type { Item } from "../../shared/types";
import { useServices } from "../context";
import { cardLine, factsOf } from "./facts";
import { Icon } from "./icons";
import { memo } from "./memo";
import { Picture } from "./picture";
import type { CardShape } from "./sizes";
import { rem } from "./sizes";

export interface CardProps {
  item: Item;
  lane: string;
  column: number;
  /** How many there are in its list, for "3 of 20". */
  place: number;
  total: number;
  shape: CardShape;
  /** Distance from the row's start in rem, null where the page flows by itself. */
  left: number | null;
  onOpen: (item: Item, column: number) => void;
}

function CardView(props: CardProps): JSX.Element {
  const { item, shape, left } = props;
  const { language, positions } = useServices();
  const position = positions.of(item);
  const kind = isSong(item) ? "song" : item.kind;
  const withText = shape.full > shape.height;
  // What is read out begins with what is written, so that "press ..." by voice finds the card.
  const written = withText ? cardLine(item, language) : factsOf(item, language).join(", ");
  const spoken = [
    item.title + (written ? " " + written : ""),
    language.t(("item." + kind + ".kind") as "item.video.kind"),
    language.t("item.position", { n: props.place, total: props.total }),
  ];
  const style =
    left === null ? undefined : { left: rem(left), width: rem(shape.width), height: rem(shape.full) };
  const progress = position ? Math.round((position.position_s / position.duration_s) * 100) : 0;
  return (
    <button
      type="button"
      class={"card card-" + shape.name + " card-of-" + kind}
      style={style}
      data-lane={props.lane}
      data-column={props.column}
      data-item={item.id}
      data-kind={item.kind}
      data-testid="card"
      aria-label={spoken.join(", ")}
      onClick={() => {
        props.onOpen(item, props.column);
      }}
    >
      <span class="tile" aria-hidden="true" style={left === null ? undefined : { height: rem(shape.height) }}>
        <Picture item={item} width={440} />
        {item.problem ? (
          <span class="tile-sign">
            <Icon name="warning" />
          </span>
        ) : null}
        {kind === "video" || kind === "song" ? <Length item={item} /> : null}
        {item.kind === "folder" && item.image ? (
          <span class="tile-sign tile-sign-folder">
            <Icon name="folders" />
          </span>
        ) : null}
        {progress > 0 ? (
          <span class="tile-progress">
            <span style={{ width: String(progress) + "%" }} />
          </span>
        ) : null}
      </span>
      {withText ? (
        <span class="card-text">
          <span class="label"><span class="label-text">{item.title}</span></span>
          {" "}
          <span class="card-line">{cardLine(item, language)}</span>
        </span>
      ) : null}
    </button>
  );
}

function Length({ item }: { item: Item }): JSX.Element | null {
  return item.duration_s ? <span class="tile-time" data-time={clock(item.duration_s)} /> : null;
}

/** Focus is the browser's own, so a card is drawn once and left alone while the focus wanders. */
export const Card = memo(CardView);
