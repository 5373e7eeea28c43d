/** The player: a film over the whole screen, and the controls that come and go above it. */
import type { JSX } from "preact";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { ItemDetail } from "../../shared/types";
import type { Place } from "../context";
import { useServices, useText } from "../context";
import { LAYER } from "../input";
import { Failure, Notice, Spinner } from "../parts/notice";
import { quietFocus, useHeldFocus } from "../use-focus";
import { usePresses } from "../use-presses";
import { Controls } from "./controls";
import { InfoPanel } from "./info";
import { usePlayer } from "./use-player";

/** Fetch the newest addresses, then play: those of the page before may have expired. */
export function Player({ place }: { place: Place }): JSX.Element {
  const t = useText();
  const { api, failed, screen } = useServices();
  const [item, setItem] = useState<ItemDetail | null>(null);
  const [error, setError] = useState<unknown>(null);
  const id = place.item ? place.item.id : "";
  const load = useCallback(() => {
    setError(null);
    api.item(id, screen.profile).then(setItem, (problem: unknown) => {
      failed(problem);
      setError(problem);
    });
  }, [api, failed, id, screen.profile]);
  useEffect(load, [load]);
  if (error !== null) {
    return (
      <main class="player" data-testid="player">
        <h1 class="unseen">{t("player.title")}</h1>
        <Failure error={error} onRetry={load} />
      </main>
    );
  }
  if (item === null) {
    return <Waiting />;
  }
  return <Stage item={item} start_s={place.start_s || 0} />;
}

function Waiting(): JSX.Element {
  const t = useText();
  const main = useHeldFocus();
  return (
    <main class="player" ref={main} data-testid="player" data-status="loading" tabIndex={-1}>
      <h1 class="unseen">{t("player.title")}</h1>
      <Spinner label={t("player.loading")} />
    </main>
  );
}

function Stage({ item, start_s }: { item: ItemDetail; start_s: number }): JSX.Element {
  const t = useText();
  const { input, navigation } = useServices();
  const { video, machine, state, attempt } = usePlayer(item, start_s);
  const toggle = useRef<HTMLButtonElement>(null);
  usePresses(LAYER.page, (press) => machine.key(press.action, press, Date.now()));
  useEffect(
    () =>
      input.onPointer({
        hover: () => undefined,
        wheel: () => undefined,
        moved: () => {
          machine.wake(Date.now());
        },
      }),
    [input, machine],
  );
  // The one focus of this page; Left and Right are for the film, not for walking over buttons.
  useEffect(() => {
    if (toggle.current && state.status !== "failed") {
      quietFocus(toggle.current);
    }
  });
  return (
    <main class={"player" + (state.osd ? " with-osd" : "")} data-testid="player" data-status={state.status} data-item={item.id}>
      <h1 class="unseen">{item.title}</h1>
      <video ref={video} class="video" data-testid="video" playsInline={true} onClick={() => { machine.toggle(); }} />
      {state.spinner ? <Spinner label={t("player.loading")} /> : null}
      {state.status === "failed" ? (
        <Notice
          icon="warning"
          title={t("player.failed")}
          testId="player-failed"
          action={{ label: t("nav.back"), run: () => { navigation.back(); } }}
        >
          <p>{t("player.failedDetail")}</p>
        </Notice>
      ) : (
        <Controls item={item} state={state} machine={machine} toggle={toggle} />
      )}
      <InfoPanel item={item} attempt={attempt} shown={state.info} video={video} />
    </main>
  );
}
