/** Up and Down for pointers without a wheel. */
import type { JSX } from "preact";
import { useText } from "../context";
import type { PageFocus } from "../use-focus";
import { Icon } from "./icons";

export function ScrollArrows({ focus, above, below }: { focus: PageFocus; above: boolean; below: boolean }): JSX.Element {
  const t = useText();
  const turn = (lanes: number) => (): void => {
    if (focus.model.scroll(lanes)) {
      focus.redraw();
    }
  };
  return (
    <span class="page-arrows">
      {above ? (
        <button type="button" tabIndex={-1} class="page-arrow page-arrow-up" aria-label={t("nav.up")} onClick={turn(-1)}>
          <Icon name="up" />
        </button>
      ) : null}
      {below ? (
        <button type="button" tabIndex={-1} class="page-arrow page-arrow-down" aria-label={t("nav.down")} onClick={turn(1)}>
          <Icon name="down" />
        </button>
      ) : null}
    </span>
  );
}
