/** Home: a hero that follows the focus, and rows of what is new, photographed and filed. */
import type { JSX } from "preact";
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { ANCHOR_COLUMN } from "../../shared/focus";
import type { FocusSnapshot, Lane, RowsFocus } from "../../shared/focus";
import type { Item } from "../../shared/types";
import type { Place } from "../context";
import { useServices, useText } from "../context";
import type { Press } from "../input";
import { Hero } from "../parts/hero";
import { Failure, Notice } from "../parts/notice";
import { Row, RowSkeleton } from "../parts/row";
import { cardsVisible, laneHeight, rem, WIDE } from "../parts/sizes";
import { openItem, playItem } from "../open";
import { useHeldFocus, usePageFocus } from "../use-focus";
import { useSettled } from "../use-settled";
import type { HomeRow } from "./home-rows";
import { useHomeRows } from "./use-home-rows";

/** The hero changes when the focus has rested this long. */
const HERO_REST_MS = 300;
/** Rows that exist below and above the focused one. */
const NEAR_ROWS = 2;

export function Home({ place, active }: { place: Place; active: boolean }): JSX.Element {
  const t = useText();
  const { rows, error, retry } = useHomeRows(place.memory);
  const { navigation } = useServices();
  if (error !== null && rows === null) {
    return (
      <main class="page page-home" data-testid="home">
        <h1 class="unseen">{t("home.title")}</h1>
        <Failure error={error} onRetry={retry} active={active} onLeftEdge={() => navigation.openRail()} />
      </main>
    );
  }
  if (rows === null) {
    return <HomeSkeleton />;
  }
  if (rows.length === 0) {
    return (
      <main class="page page-home" data-testid="home">
        <h1 class="unseen">{t("home.title")}</h1>
        <Notice icon="lantern" title={t("empty.title")} testId="empty" active={active} onLeftEdge={() => navigation.openRail()} action={{ label: t("action.retry"), run: retry }}>
          <p>{t("empty.detail")}</p>
          <p class="command">lanterne import ~/Videos</p>
        </Notice>
      </main>
    );
  }
  return <HomeRows rows={rows} place={place} active={active} />;
}

function HomeSkeleton(): JSX.Element {
  const t = useText();
  const main = useHeldFocus();
  const height = laneHeight(WIDE);
  return (
    <main class="page page-home" ref={main} tabIndex={-1} data-testid="home-loading" aria-busy="true">
      <h1 class="unseen">{t("home.title")}</h1>
      <div class="hero" aria-hidden="true">
        <div class="hero-text">
          <span class="skeleton-line skeleton-title" />
          <span class="skeleton-line skeleton-facts" />
        </div>
      </div>
      <div class="lanes">
        <div class="lanes-track">
          <RowSkeleton shape={WIDE} top={0} height={height} />
          <RowSkeleton shape={WIDE} top={height} height={height} />
        </div>
      </div>
    </main>
  );
}

function headingText(row: HomeRow, t: ReturnType<typeof useText>): string {
  return "key" in row.heading ? t(row.heading.key) : row.heading.name;
}

function HomeRows({ rows, place, active }: { rows: HomeRow[]; place: Place; active: boolean }): JSX.Element {
  const services = useServices();
  const t = useText();
  const lanes: Lane[] = useMemo(
    () => [
      { id: "hero", length: 1, visible: 1 },
      ...rows.map((row) => ({
        id: row.id,
        length: row.items.length + (row.all ? 1 : 0),
        visible: cardsVisible(row.shape),
      })),
    ],
    [rows],
  );
  const itemAt = useRef<() => Item | null>(() => null);
  const focus = usePageFocus(lanes, {
    memory: whereToStart(place, rows),
    active,
    fixedLanes: services.compact ? 0 : 1,
    onLeftEdge: () => services.navigation.openRail(),
    onPress: (press: Press) => playFocused(press, itemAt.current(), services),
  });
  useKeptItem(focus.model, rows);
  const row = rows[focus.model.index - 1];
  const focused = row ? row.items[focus.model.column] || null : null;
  const [shown, setShown] = useState<Item | null>((place.memory.hero as Item | undefined) || focused || rows[0]?.items[0] || null);
  const settled = useSettled(focused, HERO_REST_MS);
  useEffect(() => {
    if (settled) {
      setShown(settled);
      place.memory.hero = settled;
    }
  }, [settled, place]);
  itemAt.current = () => focused || shown;

  const open = useCallback(
    (item: Item) => {
      const list = rows.filter((one) => one.items.indexOf(item) >= 0)[0]?.items || [item];
      openItem(services, item, list);
    },
    [rows, services],
  );
  const openAll = useCallback(
    (lane: string) => {
      const all = rows.filter((one) => one.id === lane)[0]?.all;
      if (all) {
        services.navigation.open(typeof all === "string" ? { page: all } : { page: "folder", item: all });
      }
    },
    [rows, services],
  );
  const heights = rows.map((one) => laneHeight(one.shape));
  const tops = heights.map((_height, index) => heights.slice(0, index).reduce((sum, height) => sum + height, 0));
  const top = focus.model.top;
  const track = services.compact ? undefined : { transform: "translate3d(0," + rem(-(tops[top] || 0)) + ",0)" };
  return (
    <main class="page page-home" ref={focus.root} tabIndex={-1} data-testid="home">
      <h1 class="unseen">{t("home.title")}</h1>
      <Hero item={shown} onOpen={open} />
      <div class="lanes">
        <div class="lanes-track" style={track}>
          {rows.map((one, index) => (
            <Row
              key={one.id}
              lane={one.id}
              heading={headingText(one, t)}
              items={one.items}
              shape={one.shape}
              offset={focus.model.offsetOf(one.id)}
              onPage={focus.page}
              near={index >= top - NEAR_ROWS + 1 && index <= top + NEAR_ROWS}
              top={tops[index] || 0}
              height={heights[index] || 0}
              onOpen={open}
              onAll={one.all ? openAll : undefined}
            />
          ))}
        </div>
      </div>
    </main>
  );
}

/**
 * On the very first visit the focus starts on the first card, below the hero's button; coming back from
 * the photo viewer it is on the photo that was looked at last.
 */
function whereToStart(place: Place, rows: HomeRow[]): Record<string, unknown> {
  if (!place.memory.focus && rows[0]) {
    place.memory.focus = { lane: rows[0].id, top: 0, memory: {} };
  }
  const focus = place.memory.focus as FocusSnapshot | undefined;
  const row = rows.filter((one) => one.id === focus?.lane)[0];
  const column = row ? row.items.findIndex((item) => item.id === place.memory.returnTo) : -1;
  if (focus && row && column >= 0) {
    const offset = Math.max(0, column - ANCHOR_COLUMN);
    place.memory.focus = { ...focus, memory: { ...focus.memory, [row.id]: { column, offset } } };
    place.memory.returnTo = undefined;
  }
  return place.memory;
}

/** Keep the focus on its item where a row comes back in another order: what was just watched goes to its front. */
function useKeptItem(model: RowsFocus, rows: HomeRow[]): void {
  const kept = useRef<{ lane: string; column: number; id: string } | null>(null);
  const { lane, column } = model;
  const row = rows.filter((one) => one.id === lane?.id)[0];
  const was = kept.current;
  if (row && was?.lane === row.id && was.column === column) {
    const moved = row.items.findIndex((item) => item.id === was.id);
    if (moved >= 0 && moved !== column) {
      model.jump(row.id, moved);
    }
  }
  const item = row?.items[model.column];
  kept.current = row && item ? { lane: row.id, column: model.column, id: item.id } : null;
}

function playFocused(press: Press, item: Item | null, services: ReturnType<typeof useServices>): boolean {
  const wanted = press.action === "play" || (press.action === "playpause" && !press.repeat);
  return wanted && item !== null && playItem(services, item);
}
