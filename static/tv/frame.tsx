/** Everything around the pages once the vault is open: the side rail, the way back, messages. */
import type { JSX, RefObject } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Navigation, Place, Services } from "./context";
import { ServicesContext, useServices } from "./context";
import { isSong } from "../shared/playable";
import type { Item, Role } from "../shared/types";
import { PageDoor, PlayerDoor } from "./doors";
import { LAYER } from "./input";
import { Grid } from "./pages/grid";
import { Home } from "./pages/home";
import { Icon } from "./parts/icons";
import type { Section } from "./rail";
import { Rail } from "./rail";
import { usePresses } from "./use-presses";

const SECTIONS: string[] = ["home", "videos", "photos", "folders", "server"];
/** A second Back within this time leaves the page. */
const EXIT_WINDOW_MS = 3000;
/** The first page has its rows by then, also on a slow set. */
const PAGES_SOON_MS = 1500;

function sectionOf(place: Place): Section | null {
  return SECTIONS.indexOf(place.page) >= 0 ? (place.page as Section) : null;
}

function newPlace(page: Place["page"]): Place {
  return { page, memory: {} };
}

/** The stack of places, the last one shown. The first is always home. */
function useStack(onOpenRail: () => boolean): { stack: Place[]; navigation: Navigation; show: (page: Section) => void } {
  const [stack, setStack] = useState<Place[]>(() => [newPlace("home")]);
  const [navigation] = useState<Navigation>(() => ({
    open: (place) => {
      setStack((old) => old.concat({ ...place, memory: {} }));
    },
    back: () => {
      setStack((old) => (old.length > 1 ? leave(old) : old));
    },
    finish: () => {
      setStack(finish);
    },
    follow: (item, unasked, carried) => {
      setStack((old) => follow(old, item).concat({ page: "player", item, start_s: 0, unasked, carried, memory: {} }));
    },
    openRail: () => onOpenRail(),
  }));
  const show = (page: Section): void => {
    setStack((old) => (page === "home" ? old.slice(0, 1) : old.slice(0, 1).concat(newPlace(page))));
  };
  return { stack, navigation, show };
}

/** Drop the last place; the one below learns which photo was looked at last, or which song followed. */
function leave(stack: Place[]): Place[] {
  const left = stack[stack.length - 1];
  const below = stack[stack.length - 2];
  if (left && below && left.page === "viewer") {
    below.memory.returnTo = left.memory.last;
  } else if (left && below && left.page === "player" && left.unasked !== undefined) {
    below.memory.returnTo = left.item?.id;
  }
  return stack.slice(0, -1);
}

/** Drop the player and the film's page below it; the list that it was chosen from learns what was seen last. */
function finish(stack: Place[]): Place[] {
  const seen = stack[stack.length - 1]?.item;
  const below = stack.slice(0, -1);
  const list = below[below.length - 1]?.page === "detail" ? below.slice(0, -1) : below;
  const last = list[list.length - 1];
  if (last && seen) {
    last.memory.returnTo = seen.id;
  }
  return list;
}

/** Drop the player; the film's page below it becomes the page of the film that follows. */
function follow(stack: Place[], item: Item): Place[] {
  const below = stack.slice(0, -1);
  const last = below[below.length - 1];
  return last?.page === "detail" ? below.slice(0, -1).concat({ page: "detail", item, memory: {} }) : below;
}

/** On a phone pages scroll natively: a new one begins at its top, one that is returned to where it was left. */
function useNativeScroll(place: Place, compact: boolean): void {
  useLayoutEffect(() => {
    if (!compact) {
      return undefined;
    }
    window.scrollTo(0, typeof place.memory.scroll === "number" ? place.memory.scroll : 0);
    const remember = (): void => {
      place.memory.scroll = window.pageYOffset;
    };
    window.addEventListener("scroll", remember);
    return () => {
      window.removeEventListener("scroll", remember);
    };
  }, [place, compact]);
}

/** Who was interrupted finds the film's page, where one key goes on: it does not begin by itself in an empty room. */
function useWatching(place: Place, watching: RefObject<string | null>, { api, screen }: Services, navigation: Navigation): void {
  const interrupted = useRef(watching.current);
  useEffect(() => {
    watching.current = place.page === "player" ? place.item?.id || null : null;
  }, [place, watching]);
  useEffect(() => {
    const id = interrupted.current;
    if (id !== null) {
      api.item(id, screen.profile, screen.can).then(
        (item) => {
          if (!isSong(item)) {
            navigation.open({ page: "detail", item });
          }
        },
        () => undefined, // gone meanwhile: home is as good a place as any
      );
    }
  }, [api, navigation, screen]);
}

/** The other pages, once the first is drawn: the next key may open one. Should they not come now, they are asked for then. */
function usePagesSoon({ later }: Services): void {
  useEffect(() => {
    const timer = setTimeout(() => {
      later.pages.load().catch(() => undefined);
    }, PAGES_SOON_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [later]);
}

interface FrameProps {
  services: Services;
  /** Of this device. */
  role: Role;
  onLocked: () => void;
  /** Id of the film that plays; of the one that played when the vault was locked, when this begins. */
  watching: RefObject<string | null>;
}

export function Frame({ services, role, onLocked, watching }: FrameProps): JSX.Element {
  const [inRail, setInRail] = useState(false);
  const [locking, setLocking] = useState(false);
  const railAllowed = useRef(true);
  const { stack, navigation, show } = useStack(() => {
    setInRail(railAllowed.current);
    return railAllowed.current;
  });
  const place = stack[stack.length - 1] || newPlace("home");
  const withRail = place.page !== "player" && place.page !== "viewer" && place.page !== "detail";
  railAllowed.current = withRail;
  useNativeScroll(place, services.compact);
  usePagesSoon(services);
  useWatching(place, watching, services, navigation);
  const all = useMemo(() => ({ ...services, navigation }), [services, navigation]);
  const active = !inRail && !locking;
  return (
    <ServicesContext.Provider value={all}>
      <BackKeys
        atHome={stack.length === 1}
        onBack={() => {
          navigation.back();
        }}
      />
      {withRail ? (
        <Rail
          open={inRail && !locking}
          section={sectionOf(place)}
          role={role}
          onClose={() => {
            setInRail(false);
          }}
          onChoose={(section) => {
            setInRail(false);
            if (section === "lock") {
              setLocking(true);
            } else {
              show(section);
            }
          }}
        />
      ) : null}
      <PageOf key={stack.length.toString() + place.page + (place.item?.id || "")} place={place} active={active} />
      {stack.length > 1 && !(services.compact && sectionOf(place)) ? <BackButton onBack={() => { all.input.press({ action: "back", repeat: false, heldMs: 0 }); }} /> : null}
      {locking ? (
        <PageDoor draw={({ LockDialog }) => <LockDialog onClose={() => { setLocking(false); }} onLocked={onLocked} />} />
      ) : null}
    </ServicesContext.Provider>
  );
}

function PageOf({ place, active }: { place: Place; active: boolean }): JSX.Element {
  switch (place.page) {
    case "home":
      return <Home place={place} active={active} />;
    case "detail":
      return <PageDoor draw={({ Detail }) => <Detail place={place} active={active} />} />;
    case "player":
      return <PlayerDoor place={place} />;
    case "server":
      return <PageDoor draw={({ ServerPage }) => <ServerPage place={place} active={active} />} />;
    case "viewer":
      return <PageDoor draw={({ Viewer }) => <Viewer place={place} />} />;
    default:
      return <Grid place={place} active={active} />;
  }
}

/** Back: one place up; from home it asks once, then leaves the page. */
function BackKeys({ atHome, onBack }: { atHome: boolean; onBack: () => void }): null {
  const { input, say, language } = useServices();
  const askedAt = useRef(0);
  usePresses(LAYER.frame, (press) => {
    if (press.action !== "back") {
      return false;
    }
    if (press.repeat) {
      return true;
    }
    if (!atHome) {
      onBack();
      return true;
    }
    if (Date.now() - askedAt.current < EXIT_WINDOW_MS) {
      input.leave();
      return true;
    }
    askedAt.current = Date.now();
    say(language.t("nav.exit"));
    return true;
  });
  return null;
}

/** For pointers and fingers; remote controls have a key for it. */
function BackButton({ onBack }: { onBack: () => void }): JSX.Element {
  const { language } = useServices();
  return (
    <button type="button" tabIndex={-1} class="back-button" aria-label={language.t("nav.back")} data-testid="back" onClick={onBack}>
      <Icon name="left" />
    </button>
  );
}
