/** Photos, one at a time, on black. */
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { imageUrl } from "../../shared/api";
import type { Item } from "../../shared/types";
import type { Place } from "../context";
import { useServices, useText } from "../context";
import { LAYER } from "../input";
import { folderOf } from "../parts/facts";
import { Facts } from "../parts/hero";
import { Icon } from "../parts/icons";
import { quietFocus } from "../use-focus";
import { usePresses } from "../use-presses";

export function Viewer({ place }: { place: Place }): JSX.Element {
  const t = useText();
  const { navigation } = useServices();
  const list = place.list && place.list.length > 0 ? place.list : place.item ? [place.item] : [];
  const start = Math.max(0, list.findIndex((item) => item.id === place.item?.id));
  const [index, setIndex] = useState(start);
  const [info, setInfo] = useState(false);
  const stage = useRef<HTMLButtonElement>(null);
  const item = list[index];

  const turn = (by: number): void => {
    setIndex((old) => Math.max(0, Math.min(list.length - 1, old + by)));
  };
  usePresses(LAYER.page, (press) => {
    switch (press.action) {
      case "left":
      case "previous":
        turn(-1);
        return true;
      case "right":
      case "next":
        turn(1);
        return true;
      case "ok":
      case "info":
      case "up":
        if (!press.repeat) {
          setInfo((shown) => !shown);
        }
        return true;
      case "down":
        setInfo(false);
        return true;
      case "stop":
        navigation.back();
        return true;
      default:
        return false;
    }
  });
  useLayoutEffect(() => {
    if (stage.current) {
      quietFocus(stage.current);
    }
  });
  useReturnToPhoto(place, item);
  usePreload([list[index + 1], list[index - 1]]);

  if (!item) {
    return <main class="viewer" />;
  }
  const position = t("item.position", { n: index + 1, total: list.length });
  return (
    <main class="viewer" data-testid="viewer" data-item={item.id}>
      <h1 class="unseen">{t("photo.title")}</h1>
      <button
        ref={stage}
        type="button"
        class="viewer-stage"
        aria-label={item.title + ", " + position}
        data-testid="viewer-stage"
        onClick={() => {
          setInfo((shown) => !shown);
        }}
      >
        <Photo item={item} />
      </button>
      <div class="page-arrows">
        {index > 0 ? (
          <button type="button" tabIndex={-1} class="page-arrow viewer-left" aria-label={t("nav.earlier")} onClick={() => { turn(-1); }}>
            <Icon name="left" />
          </button>
        ) : null}
        {index < list.length - 1 ? (
          <button type="button" tabIndex={-1} class="page-arrow viewer-right" aria-label={t("nav.later")} onClick={() => { turn(1); }}>
            <Icon name="right" />
          </button>
        ) : null}
      </div>
      <div class={"viewer-info" + (info ? " shown" : "")} aria-hidden={info ? undefined : "true"} data-testid="viewer-info">
        <p class="viewer-title">{item.title}</p>
        <Facts item={item} />
        <p class="hero-line">{[folderOf(item), position].filter((part) => part !== "").join(" · ")}</p>
      </div>
    </main>
  );
}

interface Layer {
  item: Item;
  state: "loading" | "shown" | "failed";
}

/** The photo, fading over the one before once it is decoded. */
function Photo({ item }: { item: Item }): JSX.Element {
  const t = useText();
  const [layers, setLayers] = useState<Layer[]>([]);
  useEffect(() => {
    setLayers((old) => {
      const shown = old.filter((layer) => layer.state === "shown" && layer.item.id !== item.id).slice(-1);
      return [...shown, { item, state: "loading" }];
    });
  }, [item]);
  const settle = (id: string, state: Layer["state"]): void => {
    setLayers((old) => old.map((layer) => (layer.item.id === id ? { item: layer.item, state } : layer)));
  };
  const current = layers[layers.length - 1];
  return (
    <span class="photo-frame">
      {layers.map((layer) => (
        <img
          key={layer.item.id}
          class={"photo" + (layer.state === "shown" && layer === current ? " shown" : "")}
          src={imageUrl(layer.item, 1920) || ""}
          alt={layer.item.title}
          onLoad={() => {
            settle(layer.item.id, "shown");
          }}
          onError={() => {
            settle(layer.item.id, "failed");
          }}
        />
      ))}
      {current?.state === "failed" ? <span class="photo-failed">{t("photo.failed")}</span> : null}
    </span>
  );
}

/** Fetch the neighbours' pictures before they are asked for. */
function usePreload(neighbours: (Item | undefined)[]): void {
  const urls = neighbours.map((item) => (item ? imageUrl(item, 1920) : null)).filter((url) => url !== null);
  const signature = urls.join(" ");
  useEffect(() => {
    const images = signature === "" ? [] : signature.split(" ").map((url) => {
      const image = new Image();
      image.src = url;
      return image;
    });
    return () => {
      for (const image of images) {
        image.src = "";
      }
    };
  }, [signature]);
}

/** Back returns to the photo that was looked at last, not to the one that was opened. */
function useReturnToPhoto(place: Place, item: Item | undefined): void {
  useLayoutEffect(() => {
    if (item) {
      place.memory.last = item.id;
    }
  }, [item, place]);
}
