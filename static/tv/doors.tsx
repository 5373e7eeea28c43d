/** What is seen of a page, or of the player, until its script is there. */
import type { JSX } from "preact";
import type { Place } from "./context";
import { useServices, useText } from "./context";
import type { LaterParts } from "./later";
import { useLater } from "./later";
import { Failure, Spinner } from "./parts/notice";
import { useHeldFocus } from "./use-focus";

export function PlayerDoor({ place }: { place: Place }): JSX.Element {
  const t = useText();
  const { part: Player, error, retry } = useLater(useServices().later.player);
  if (Player) {
    return <Player place={place} />;
  }
  return (
    <main class="player" data-testid="player" data-status="loading">
      <h1 class="unseen">{t("player.title")}</h1>
      <Waiting error={error} onRetry={retry} />
    </main>
  );
}

/** Draw one of the pages that come after the first. */
export function PageDoor({ draw }: { draw: (pages: LaterParts["pages"]) => JSX.Element }): JSX.Element {
  const t = useText();
  const { part, error, retry } = useLater(useServices().later.pages);
  if (part) {
    return draw(part);
  }
  return (
    <main class="page">
      <h1 class="unseen">{t("app.name")}</h1>
      <Waiting error={error} onRetry={retry} />
    </main>
  );
}

function Waiting({ error, onRetry }: { error: unknown; onRetry: () => void }): JSX.Element {
  return error === null ? <HeldSpinner /> : <Failure error={error} onRetry={onRetry} />;
}

function HeldSpinner(): JSX.Element {
  const t = useText();
  const holder = useHeldFocus();
  return (
    <section ref={holder} tabIndex={-1}>
      <Spinner label={t("player.loading")} />
    </section>
  );
}
