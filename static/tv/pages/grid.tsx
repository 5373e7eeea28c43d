/** A wall of cards: all videos, all photos, a folder. */
import type { JSX } from "preact";
import { useCallback, useEffect } from "preact/hooks";
import type { Lane } from "../../shared/focus";
import type { Item, ItemQuery } from "../../shared/types";
import type { Place } from "../context";
import { useServices, useText } from "../context";
import { openItem, playItem } from "../open";
import { Card } from "../parts/card";
import { folderOf } from "../parts/facts";
import { Failure, Notice } from "../parts/notice";
import { ScrollArrows } from "../parts/scroll-arrows";
import type { CardShape } from "../parts/sizes";
import { GAP, GRID_COLUMNS, GRID_PHOTO, GRID_WIDE, rem } from "../parts/sizes";
import { useHeldFocus, usePageFocus } from "../use-focus";
import type { Loaded } from "../use-items";
import { useItems } from "../use-items";

const PAGE_SIZE = 60;
/** Lines that exist outside the screen. */
const SPARE_LINES = 1;
const LINES_VISIBLE = 3;
const LINE_GAP = 1.6;

function queryFor(place: Place): ItemQuery {
  switch (place.page) {
    case "videos":
      return { kind: "video", sort: "title", limit: PAGE_SIZE };
    case "photos":
      return { kind: "photo", sort: "-taken", limit: PAGE_SIZE };
    case "folder":
      return { folder: place.item ? place.item.id : "", limit: PAGE_SIZE };
    default:
      return { limit: PAGE_SIZE };
  }
}

function titleKey(place: Place): "nav.videos" | "nav.photos" | "nav.folders" {
  return place.page === "videos" ? "nav.videos" : place.page === "photos" ? "nav.photos" : "nav.folders";
}

export function Grid({ place, active }: { place: Place; active: boolean }): JSX.Element {
  const t = useText();
  const { navigation, compact } = useServices();
  const loaded = useItems(queryFor(place), place.memory);
  const title = place.item ? place.item.title : t(titleKey(place));
  const above = place.item ? folderOf(place.item) : "";
  const railEdge = (): boolean => navigation.openRail();
  let body: JSX.Element;
  if (loaded.error !== null) {
    body = <Failure error={loaded.error} onRetry={loaded.retry} active={active} onLeftEdge={railEdge} />;
  } else if (loaded.list === null) {
    body = <GridSkeleton />;
  } else if (loaded.list.items.length === 0) {
    const empty = place.page === "videos" ? "empty.videos" : place.page === "photos" ? "empty.photos" : "empty.folder";
    const back = place.page === "folder" ? { label: t("nav.back"), run: () => { navigation.back(); } } : undefined;
    body = <Notice icon="folders" title={t(empty)} testId="empty" active={active} onLeftEdge={railEdge} action={back} />;
  } else {
    body = <GridLines loaded={loaded} items={loaded.list.items} place={place} active={active} />;
  }
  return (
    <main class={"page page-grid page-" + place.page} data-testid={place.page} tabIndex={-1} key={compact ? "c" : "t"}>
      <header class="page-head">
        {above ? <p class="page-above">{above}</p> : null}
        <h1 class="page-title">{title}</h1>
      </header>
      {body}
    </main>
  );
}

interface LinesProps {
  loaded: Loaded;
  items: Item[];
  place: Place;
  active: boolean;
}

function GridLines({ loaded, items, place, active }: LinesProps): JSX.Element {
  const services = useServices();
  const { compact } = services;
  const shape = items.every((item) => item.kind === "photo") ? GRID_PHOTO : GRID_WIDE;
  const lines = linesOf(items);
  const lanes: Lane[] = lines.map((line, index) => ({
    id: "line-" + String(index),
    length: line.length,
    visible: GRID_COLUMNS,
    grid: true,
  }));
  const focus = usePageFocus(lanes, {
    memory: returned(place, items),
    active,
    laneAnchor: 1,
    lanesVisible: LINES_VISIBLE,
    onLeftEdge: () => services.navigation.openRail(),
    onPress: (press) => {
      const item = items[focus.model.index * GRID_COLUMNS + focus.model.column];
      const wanted = press.action === "play" || press.action === "playpause";
      return wanted && !press.repeat && item !== undefined && playItem(services, item);
    },
  });
  const nearEnd = focus.model.index >= lines.length - 4;
  useEffect(() => {
    if (nearEnd && !compact) {
      loaded.more();
    }
  }, [nearEnd, compact, loaded]);

  const open = useCallback(
    (item: Item) => {
      openItem(services, item, items);
    },
    [items, services],
  );
  const step = shape.full + LINE_GAP;
  const top = focus.model.top;
  const track = compact ? undefined : { transform: "translate3d(0," + rem(-top * step) + ",0)" };
  return (
    <div class={"grid grid-" + shape.name} ref={focus.root as never} tabIndex={-1}>
      <div class="grid-track" style={track}>
        {lines.map((line, index) =>
          compact || (index >= top - SPARE_LINES && index <= top + LINES_VISIBLE + SPARE_LINES) ? (
            <GridLine key={index} index={index} line={line} shape={shape} top={index * step} total={items.length} onOpen={open} />
          ) : null,
        )}
      </div>
      <ScrollArrows focus={focus} above={top > 0} below={top + LINES_VISIBLE < lines.length} />
      {compact && loaded.list?.next ? <MoreButton onMore={loaded.more} /> : null}
    </div>
  );
}

interface LineProps {
  index: number;
  line: Item[];
  shape: CardShape;
  top: number;
  total: number;
  onOpen: (item: Item) => void;
}

function GridLine({ index, line, shape, top, total, onOpen }: LineProps): JSX.Element {
  const { compact } = useServices();
  return (
    <div class="grid-line" style={compact ? undefined : { top: rem(top), height: rem(shape.full) }}>
      {line.map((item, column) => (
        <Card
          key={item.id}
          item={item}
          lane={"line-" + String(index)}
          column={column}
          place={index * GRID_COLUMNS + column + 1}
          total={total}
          shape={shape}
          left={compact ? null : column * (shape.width + GAP)}
          onOpen={onOpen}
        />
      ))}
    </div>
  );
}

function MoreButton({ onMore }: { onMore: () => void }): JSX.Element {
  const t = useText();
  return (
    <button type="button" class="button more-button" onClick={onMore}>
      {t("nav.later")}
    </button>
  );
}

function GridSkeleton(): JSX.Element {
  const { compact } = useServices();
  const holder = useHeldFocus();
  const shape = GRID_WIDE;
  const cards: JSX.Element[] = [];
  for (let index = 0; index < GRID_COLUMNS * LINES_VISIBLE; index++) {
    const left = (index % GRID_COLUMNS) * (shape.width + GAP);
    const top = Math.floor(index / GRID_COLUMNS) * (shape.full + LINE_GAP);
    const style = compact ? undefined : { left: rem(left), top: rem(top), width: rem(shape.width), height: rem(shape.height) };
    cards.push(<span key={index} class="card card-wide skeleton" style={style} />);
  }
  return (
    <div class="grid" ref={holder as never} tabIndex={-1} aria-busy="true" data-testid="grid-loading">
      <div class="grid-track grid-line">{cards}</div>
    </div>
  );
}

/** Coming back from the photo viewer, the focus is on the photo that was looked at last. */
function returned(place: Place, items: Item[]): Record<string, unknown> {
  const index = items.findIndex((item) => item.id === place.memory.returnTo);
  if (index >= 0) {
    const line = Math.floor(index / GRID_COLUMNS);
    const id = "line-" + String(line);
    const memory = { [id]: { column: index % GRID_COLUMNS, offset: 0 } };
    place.memory.focus = { lane: id, top: Math.max(0, line - 1), memory };
    place.memory.returnTo = undefined;
  }
  return place.memory;
}

function linesOf(items: Item[]): Item[][] {
  const lines: Item[][] = [];
  for (let start = 0; start < items.length; start += GRID_COLUMNS) {
    lines.push(items.slice(start, start + GRID_COLUMNS));
  }
  return lines;
}
