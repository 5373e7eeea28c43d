/** The large picture and words above the rows, about the item in focus. */
import type { JSX } from "preact";
import { imageUrl } from "../../shared/api";
import { clock } from "../../shared/format";
import { isPlayable } from "../../shared/playable";
import type { Item } from "../../shared/types";
import { useServices, useText } from "../context";
import { playItem } from "../open";
import { factsOf, whereabouts } from "./facts";
import { Icon } from "./icons";
import { memo } from "./memo";
import { Backdrop } from "./picture";

function HeroView({ item, onOpen }: { item: Item | null; onOpen: (item: Item) => void }): JSX.Element {
  const services = useServices();
  if (!item) {
    return <section class="hero" />;
  }
  return (
    <section class="hero" data-testid="hero" data-item={item.id}>
      <Backdrop url={imageUrl(item, 1280)} />
      <div class="hero-text" key={item.id}>
        <p class="hero-title" data-testid="hero-title">
          {item.title}
        </p>
        <Facts item={item} />
        <p class="hero-line">{item.problem || whereabouts(item, services.language)}</p>
      </div>
      <HeroButton item={item} onOpen={onOpen} />
    </section>
  );
}

export const Hero = memo(HeroView);

/** Duration, resolution, date, set apart by dots. */
export function Facts({ item }: { item: Item }): JSX.Element {
  const { language } = useServices();
  return (
    <p class="facts">
      {factsOf(item, language).map((fact) => (
        <span key={fact} class="fact">
          {fact}
        </span>
      ))}
    </p>
  );
}

function HeroButton({ item, onOpen }: { item: Item; onOpen: (item: Item) => void }): JSX.Element {
  const services = useServices();
  const t = useText();
  const plays = isPlayable(item);
  const position = services.positions.of(item);
  const label = position ? t("item.resume", { time: clock(position.position_s) }) : t("item.play");
  return (
    <button
      type="button"
      class="button button-main hero-button"
      data-lane="hero"
      data-column={0}
      data-testid="hero-action"
      onClick={() => {
        if (!playItem(services, item)) {
          onOpen(item);
        }
      }}
    >
      {plays ? <Icon name="play" /> : null}
      <span>{plays ? label : item.kind === "folder" ? t("item.open") : t("item.view")}</span>
    </button>
  );
}
