/** The way to the player, whose script is fetched when somebody is about to watch. */
import type { ComponentType, JSX } from "preact";
import { useCallback, useEffect, useState } from "preact/hooks";
import type { Place } from "./context";
import { useServices, useText } from "./context";
import { Failure, Spinner } from "./parts/notice";
import { useHeldFocus } from "./use-focus";

export type PlayerView = ComponentType<{ place: Place }>;

const SCRIPT = "/static/tv/player.js";

interface WithPlayer {
  lanternePlayer?: PlayerView;
}

let loading: Promise<PlayerView> | null = null;

/** Fetch the player once. */
export function loadPlayer(): Promise<PlayerView> {
  if (loading === null) {
    loading = new Promise((resolve, reject) => {
      const script = document.createElement("script");
      const give = (): void => {
        const view = (window as unknown as WithPlayer).lanternePlayer;
        if (view) {
          resolve(view);
        } else {
          refuse();
        }
      };
      const refuse = (): void => {
        loading = null;
        script.remove();
        reject(new Error("the player did not load"));
      };
      script.src = SCRIPT;
      script.onload = give;
      script.onerror = refuse;
      document.head.appendChild(script);
    });
  }
  return loading;
}

export function PlayerDoor({ place }: { place: Place }): JSX.Element {
  const t = useText();
  const { loadPlayer: load } = useServices();
  const [found, setFound] = useState<{ view: PlayerView } | null>(null);
  const [error, setError] = useState<unknown>(null);
  const fetch = useCallback(() => {
    setError(null);
    load().then((view) => { setFound({ view }); }, setError);
  }, [load]);
  useEffect(fetch, [fetch]);
  if (found) {
    return <found.view place={place} />;
  }
  return (
    <main class="player" data-testid="player" data-status="loading">
      <h1 class="unseen">{t("player.title")}</h1>
      {error === null ? <HeldSpinner label={t("player.loading")} /> : <Failure error={error} onRetry={fetch} />}
    </main>
  );
}

function HeldSpinner({ label }: { label: string }): JSX.Element {
  const holder = useHeldFocus();
  return (
    <section ref={holder} tabIndex={-1}>
      <Spinner label={label} />
    </section>
  );
}
