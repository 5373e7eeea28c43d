/** The player: a film over the whole screen, and the controls that come and go above it. */
import type { JSX } from "preact";
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { PlayerState } from "../../shared/player-state";
import { UNASKED } from "../../shared/next-up";
import { browserStore, Preferences } from "../../shared/preferences";
import { isSong } from "../../shared/playable";
import "../../shared/strings/player/all";
import type { ItemDetail } from "../../shared/types";
import type { Place } from "../context";
import { useServices, useText } from "../context";
import { LAYER } from "../input";
import { Failure, Spinner } from "../parts/notice";
import { quietFocus, useHeldFocus } from "../use-focus";
import { usePresses } from "../use-presses";
import { PlayerMenu } from "./bar";
import { Controls } from "./controls";
import type { CuePlace } from "./cues";
import { Cues } from "./cues";
import "./icons";
import { useLeaveFullScreen } from "./full-screen";
import { InfoPanel } from "./info";
import type { Menus } from "./menus";
import { LOOK, menuPort, menusFor } from "./menus";
import { NextCard } from "./next-card";
import { Song } from "./song";
import { TroubleNotice } from "./trouble";
import type { CarriedChoices } from "./use-choices";
import { hasSpeeds, useChoices } from "./use-choices";
import { useNext, usePreviews } from "./use-extras";
import { usePlayer } from "./use-player";
import { useCueLook, useCues } from "./use-subtitles";

const NO_MENUS: Menus = { bar: [], inner: [] };

/** Fetch the newest addresses, then play: those of the page before may have expired. */
export function Player({ place }: { place: Place }): JSX.Element {
  const t = useText();
  const { api, failed, screen } = useServices();
  const [item, setItem] = useState<ItemDetail | null>(null);
  const [error, setError] = useState<unknown>(null);
  const id = place.item ? place.item.id : "";
  const load = useCallback(() => {
    setError(null);
    api.item(id, screen.profile, screen.can).then(setItem, (problem: unknown) => {
      failed(problem);
      setError(problem);
    });
  }, [api, failed, id, screen]);
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
  return <Stage item={item} start_s={place.start_s || 0} unasked={place.unasked || 0} carried={place.carried || null} />;
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

interface StageProps {
  item: ItemDetail;
  start_s: number;
  /** Films before this one that began by themselves. */
  unasked: number;
  /** Of the film before this one. */
  carried: CarriedChoices | null;
}

function Stage({ item, start_s, unasked, carried }: StageProps): JSX.Element {
  const t = useText();
  const { input, navigation, language, say, screen } = useServices();
  const song = isSong(item);
  const preferences = useMemo(() => new Preferences(browserStore()), []);
  const choices = useChoices(item, preferences, language.tag, carried);
  const look = useCueLook(preferences);
  const cues = useCues(choices.subtitles);
  const [begun, setBegun] = useState(false);
  const next = useNext(item.id, begun);
  const previews = usePreviews(item.id, begun && !song);
  const latest = useRef<Menus>(NO_MENUS);
  const port = useMemo(() => menuPort(() => latest.current), []);
  const onNext = (asked: boolean): void => {
    if (next) {
      navigation.follow(next, asked ? 0 : unasked + 1, { speed: choices.speed, quality: choices.quality });
    }
  };
  const { video, machine, state, attempt, source } = usePlayer({ item, start_s, choices, menus: port, onNext });
  const speeds = hasSpeeds(screen.profile, attempt);
  const rate = speeds ? choices.speed : 1;
  const menus = menusFor({
    item,
    choices,
    look,
    language,
    position_s: () => state.position_s,
    seek: (position_s) => { machine.seekTo(position_s, Date.now()); },
    speeds,
    info: () => { machine.toggleInfo(); },
    next: next ? () => { onNext(true); } : null,
  });
  latest.current = menus;

  useEffect(() => {
    // Music goes on for as long as there is some.
    const askFirst = !song && unasked >= UNASKED;
    machine.know({ chapters: item.media?.chapters || [], follows: next !== null, askFirst, atOnce: song, rate });
  }, [item, machine, next, rate, song, unasked]);
  useEffect(() => {
    if (state.status === "playing") {
      setBegun(true);
    }
  }, [state.status]);
  // What was said of this film is of no use beside the next page.
  useEffect(() => () => { say(""); }, [say]);
  usePresses(LAYER.page, (press) => machine.key(press.action, press, Date.now()));
  useEffect(
    () =>
      input.onPointer({
        hover: (element) => {
          const lane = element.getAttribute("data-lane") || "";
          const column = Number(element.getAttribute("data-column"));
          if (lane === "bar") {
            machine.touch((bar) => { bar.pointButton(column); }, Date.now());
          } else if (lane.startsWith("menu-")) {
            machine.touch((bar) => { bar.pointEntry(Number(lane.slice(5)), column); }, Date.now());
          }
        },
        wheel: () => undefined,
        moved: () => {
          machine.wake(Date.now());
        },
      }),
    [input, machine],
  );
  // A tap means what was to be seen when the finger came down; and what it is on does not go away under it.
  const shownAtTouch = useRef(true);
  const touched = (): void => {
    shownAtTouch.current = state.osd;
    if (state.osd) {
      machine.wake(Date.now());
    }
  };
  useLeaveFullScreen();
  const root = useFilmFocus(state);
  const offering = next !== null && state.next_s !== null && state.bar.layer !== "menu" && state.scrub_s === null;
  return (
    <main ref={root} class={stageClass(state, song)} data-testid="player" data-status={state.status} data-item={item.id} tabIndex={-1} onTouchStart={touched}>
      <h1 class="unseen">{item.title}</h1>
      <video
        ref={video}
        class="video"
        data-testid="video"
        playsInline={true}
        preload="auto"
        onClick={(event) => {
          // Beside an open menu a click closes it; and a finger has no way to show the controls first.
          const onlyWake = state.bar.layer === "menu" || (input.byTouch(event) && !shownAtTouch.current);
          machine.touch((bar) => { bar.leave(); }, Date.now());
          if (!onlyWake) {
            machine.toggle();
          }
        }}
      />
      {song && !state.trouble ? <Song item={item} state={state} /> : null}
      {state.spinner ? <Spinner label={t("player.loading")} /> : null}
      {state.trouble ? (
        <TroubleNotice
          trouble={state.trouble}
          song={song}
          begun={begun}
          onRetry={source.retry}
          onSkip={source.skip}
          onLeave={() => { navigation.back(); }}
        />
      ) : (
        <Controls video={video} item={item} state={state} machine={machine} menus={menus} previews={previews} speed={rate} />
      )}
      <Cues video={video} track={cues} look={look} place={placeOfCues(state, offering)} />
      <PlayerMenu menus={menus} state={state.bar} machine={machine} />
      {offering ? (
        <NextCard
          item={next}
          countdown={state}
          onPlay={() => { onNext(true); }}
        />
      ) : null}
      <InfoPanel item={item} attempt={attempt} shown={state.info} video={video} onClose={() => { machine.toggleInfo(); }} />
    </main>
  );
}

function stageClass(state: PlayerState, song: boolean): string {
  const parts = [
    state.osd && "with-osd",
    state.bar.layer === "menu" && "with-menu",
    state.scrub_s !== null && "with-scrub",
    song && "player-song",
  ];
  return ["player"].concat(parts.filter((part) => part !== false)).join(" ");
}

/** Subtitles make way for what is below them, and are not shown over what they would hide or do not belong to. */
function placeOfCues(state: PlayerState, offering: boolean): CuePlace {
  if (state.scrub_s !== null || state.trouble || (state.bar.menu !== null && state.bar.menu !== LOOK)) {
    return "nowhere";
  }
  return offering || state.bar.menu === LOOK ? "top" : state.osd ? "raised" : "bottom";
}

/** Exactly one thing has the focus: what the machine says, wherever it was drawn. */
function useFilmFocus(state: PlayerState): { current: HTMLElement | null } {
  const root = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    const { bar } = state;
    if (state.trouble || !root.current) {
      return; // the notice sees to its own
    }
    const offer = state.next_s !== null && bar.layer === "film" && state.scrub_s === null;
    const lane = bar.layer === "menu" ? "menu-" + String(bar.column) : bar.layer === "bar" ? "bar" : offer ? "next" : "film";
    const column = bar.layer === "menu" ? bar.entry : bar.layer === "bar" ? bar.button : 0;
    const target = root.current.querySelector<HTMLElement>('[data-lane="' + lane + '"][data-column="' + String(column) + '"]');
    quietFocus(target || root.current);
  });
  return root;
}
