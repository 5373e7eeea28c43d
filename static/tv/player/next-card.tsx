/** The film that follows, offered in the last seconds of this one. */
import type { JSX } from "preact";
import type { Countdown } from "../../shared/next-up";
import type { Item } from "../../shared/types";
import { useText } from "../context";
import { Icon } from "../parts/icons";
import { Picture } from "../parts/picture";

/** Circumference of the ring, in its own units. */
const RING = 2 * Math.PI * 10;

interface NextCardProps {
  item: Item;
  countdown: Countdown;
  onPlay: () => void;
}

export function NextCard({ item, countdown, onPlay }: NextCardProps): JSX.Element {
  const t = useText();
  const { asks, nextWhole_s } = countdown;
  const left_s = countdown.next_s || 0;
  const gone = RING * (1 - Math.min(1, left_s / nextWhole_s));
  return (
    <aside class="next" data-testid="next-up" aria-label={t("player.nextUp")}>
      <button type="button" tabIndex={-1} class="next-card" data-lane="next" data-column={0} data-testid="next-play" onClick={onPlay}>
        <span class="next-picture">
          <Picture item={item} width={440} />
        </span>
        <span class="next-text">
          <span class="next-heading">{asks ? t("player.stillThere") : t("player.nextUp")}</span>
          <span class="next-title">{item.title}</span>
          <span class="next-action">
            {asks ? (
              <Icon name="play" />
            ) : (
              <svg class="next-ring" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
                <circle class="next-ring-whole" cx="12" cy="12" r="10" />
                <circle
                  class="next-ring-left"
                  cx="12"
                  cy="12"
                  r="10"
                  transform="rotate(-90 12 12)"
                  stroke-dasharray={RING.toFixed(2)}
                  stroke-dashoffset={gone.toFixed(2)}
                />
              </svg>
            )}
            <span>{asks ? t("player.nextNow") : t("player.nextIn", { n: Math.ceil(left_s) })}</span>
          </span>
          <span class="next-hint">{t("player.nextHint")}</span>
        </span>
      </button>
    </aside>
  );
}
