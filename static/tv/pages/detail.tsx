/** One video (or a file that cannot be shown): what it is, how it would play, and Play. */
import type { JSX } from "preact";
import { useCallback, useEffect, useState } from "preact/hooks";
import { imageUrl } from "../../shared/api";
import { clock } from "../../shared/format";
import type { FocusSnapshot, Lane } from "../../shared/focus";
import { isPlayable, isSong } from "../../shared/playable";
import type { Item, ItemDetail } from "../../shared/types";
import type { Place } from "../context";
import { useServices, useText } from "../context";
import { openItem } from "../open";
import { whereabouts } from "../parts/facts";
import { Facts } from "../parts/hero";
import { Icon } from "../parts/icons";
import { Failure } from "../parts/notice";
import { Backdrop } from "../parts/picture";
import { Row } from "../parts/row";
import { cardsVisible, laneHeight, WIDE } from "../parts/sizes";
import { Tracks } from "../parts/tracks";
import { usePageFocus } from "../use-focus";

const SIBLINGS = 30;

interface DetailData {
  item: ItemDetail | null;
  siblings: Item[];
  error: unknown;
  retry: () => void;
}

function useDetail(place: Place): DetailData {
  const { api, failed, later, learn, screen } = useServices();
  const [item, setItem] = useState<ItemDetail | null>((place.memory.item as ItemDetail | undefined) || null);
  const [siblings, setSiblings] = useState<Item[]>((place.memory.siblings as Item[] | undefined) || []);
  const [error, setError] = useState<unknown>(null);
  const id = place.item ? place.item.id : "";

  const load = useCallback(async (): Promise<void> => {
    try {
      const found = await api.item(id, screen.profile, screen.can);
      learn(found);
      place.memory.item = found;
      setItem(found);
      setError(null);
      if (found.parent) {
        const page = await api.items({ folder: found.parent, limit: SIBLINGS });
        page.items.forEach(learn);
        const others = page.items.filter((other) => other.id !== id && isPlayable(other));
        place.memory.siblings = others;
        setSiblings(others);
      }
    } catch (problem) {
      failed(problem);
      setError(problem);
    }
  }, [api, failed, id, learn, place, screen]);

  useEffect(() => {
    void load();
  }, [load]);
  useEffect(() => {
    // Play is the likeliest next key; should this fail, the player's page says so.
    later.player.load().catch(() => undefined);
  }, [later]);
  return {
    item,
    siblings,
    error: item === null ? error : null,
    retry: () => {
      void load();
    },
  };
}

export function Detail({ place, active }: { place: Place; active: boolean }): JSX.Element {
  const services = useServices();
  const t = useText();
  const { item, siblings, error, retry } = useDetail(place);
  const known: ItemDetail | null = item || place.item || null;
  const actions = known ? actionsFor(known, item !== null, services, t) : [];
  const lanes: Lane[] = [
    { id: "actions", length: error === null ? actions.length : 0, visible: 9 },
    { id: "more", length: siblings.length, visible: cardsVisible(WIDE) },
  ];
  useState(() => {
    forgetAction(place);
  });
  const focus = usePageFocus(lanes, {
    memory: place.memory,
    active: active && error === null,
    fixedLanes: 2,
    onPress: (press) => {
      const wanted = press.action === "play" || press.action === "playpause";
      const first = actions[0];
      if (wanted && !press.repeat && first && !first.disabled) {
        first.run();
        return true;
      }
      return false;
    },
  });
  const open = useCallback(
    (other: Item) => {
      openItem(services, other, [other]);
    },
    [services],
  );
  if (known === null || error !== null) {
    return (
      <main class="page page-detail" data-testid="detail">
        <h1 class="unseen">{known ? known.title : t("error.title")}</h1>
        <Failure error={error} onRetry={retry} active={active} />
      </main>
    );
  }
  return (
    <main class="page page-detail" ref={focus.root} tabIndex={-1} data-testid="detail" data-item={known.id}>
      <Backdrop url={imageUrl(known, 1920)} />
      <div class="detail-main">
        <h1 class="detail-title" data-testid="detail-title">
          {known.title}
        </h1>
        <Facts item={known} />
        <p class="hero-line">{whereabouts(known, services.language)}</p>
      <div class="actions">
        {actions.map((action, column) => (
          <button
            key={action.testId}
            type="button"
            class={"button" + (column === 0 ? " button-main" : "")}
            data-lane="actions"
            data-column={column}
            data-testid={action.testId}
            aria-disabled={action.disabled ? "true" : undefined}
            onClick={action.run}
          >
            <Icon name={action.icon} />
            <span>{action.label}</span>
          </button>
        ))}
      </div>
      {problemOf(known, t) ? <Problem text={problemOf(known, t)} /> : item ? <Tracks item={item} /> : null}
      </div>
      {siblings.length > 0 ? (
        <div class="detail-more">
          <Row
            lane="more"
            heading={t("item.more")}
            items={siblings}
            shape={WIDE}
            offset={focus.model.offsetOf("more")}
            onPage={focus.page}
            near={true}
            top={0}
            height={laneHeight(WIDE)}
            onOpen={open}
          />
        </div>
      ) : null}
    </main>
  );
}

/** Who comes back from a film finds Resume in focus, not the Start over that it was begun with. */
function forgetAction(place: Place): void {
  const focus = place.memory.focus as FocusSnapshot | undefined;
  if (focus?.lane === "actions") {
    place.memory.focus = undefined;
  }
}

interface DetailAction {
  testId: string;
  icon: string;
  label: string;
  disabled: boolean;
  run: () => void;
}

function problemOf(item: Item, t: ReturnType<typeof useText>): string {
  if (item.problem) {
    return item.problem;
  }
  return item.kind === "other" && !isSong(item) ? t("item.other") : "";
}

function actionsFor(
  item: ItemDetail,
  loaded: boolean,
  services: ReturnType<typeof useServices>,
  t: ReturnType<typeof useText>,
): DetailAction[] {
  const start = (start_s: number) => (): void => {
    services.navigation.open({ page: "player", item, start_s });
  };
  if ((problemOf(item, t) && !isPlayable(item)) || (loaded && !item.playback)) {
    const refuse = (): void => {
      services.say(problemOf(item, t) || t("item.cannotPlay"));
    };
    return [{ testId: "play", icon: "warning", label: t("item.cannotPlay"), disabled: true, run: refuse }];
  }
  const position = services.positions.of(item);
  if (!position) {
    return [{ testId: "play", icon: "play", label: t("item.play"), disabled: false, run: start(0) }];
  }
  const resume = t("item.resume", { time: clock(position.position_s) });
  return [
    { testId: "play", icon: "play", label: resume, disabled: false, run: start(position.position_s) },
    { testId: "restart", icon: "restart", label: t("item.restart"), disabled: false, run: start(0) },
  ];
}

function Problem({ text }: { text: string }): JSX.Element {
  const t = useText();
  return (
    <div class="problem" role="note" data-testid="problem">
      <Icon name="warning" />
      <div>
        <p class="problem-title">{t("item.problem")}</p>
        <p class="problem-text">{text}</p>
      </div>
    </div>
  );
}
