/** Pictures that fade in, and what stands there when there is none. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { imageUrl } from "../../shared/api";
import type { ImageWidth } from "../../shared/api";
import { isSong } from "../../shared/playable";
import type { Item } from "../../shared/types";
import { Icon } from "./icons";

const KIND_ICONS: Record<string, string> = { folder: "folders", video: "videos", photo: "photos", other: "file", song: "song" };

/** A card's picture: a skeleton while it loads, a titled placeholder when there is none. */
export function Picture({ item, width }: { item: Item; width: ImageWidth }): JSX.Element {
  const url = imageUrl(item, width);
  return url === null ? <Placeholder item={item} /> : <Loading key={url} url={url} item={item} />;
}

function Placeholder({ item }: { item: Item }): JSX.Element {
  const kind = isSong(item) ? "song" : item.kind;
  return (
    <span class={"placeholder placeholder-" + kind}>
      <Icon name={KIND_ICONS[kind] || "file"} />
      <span class="placeholder-title">{item.title}</span>
    </span>
  );
}

function Loading({ url, item }: { url: string; item: Item }): JSX.Element {
  const [state, setState] = useState<"loading" | "loaded" | "failed">("loading");
  if (state === "failed") {
    return <Placeholder item={item} />;
  }
  return (
    <img
      class={"picture" + (state === "loaded" ? " loaded" : "")}
      src={url}
      alt=""
      decoding="async"
      onLoad={() => {
        setState("loaded");
      }}
      onError={() => {
        setState("failed");
      }}
    />
  );
}

interface Layer {
  url: string;
  shown: boolean;
}

/** A large picture behind a page; a new one fades over the old one once it is there. */
export function Backdrop({ url }: { url: string | null }): JSX.Element {
  const [layers, setLayers] = useState<Layer[]>([]);
  useEffect(() => {
    setLayers((old) => {
      const shown = old.filter((layer) => layer.shown).slice(-1);
      if (url === null) {
        return [];
      }
      return shown[0]?.url === url ? shown : [...shown, { url, shown: false }];
    });
  }, [url]);
  const settle = (loaded: string, found: boolean): void => {
    setLayers((old) =>
      found
        ? old.map((layer) => (layer.url === loaded ? { url: loaded, shown: true } : layer))
        : old.filter((layer) => layer.url === url && layer.url !== loaded),
    );
  };
  return (
    <div class="backdrop" aria-hidden="true">
      {layers.map((layer) => (
        <img
          key={layer.url}
          class={"backdrop-image" + (layer.shown ? " loaded" : "")}
          src={layer.url}
          alt=""
          onLoad={() => {
            settle(layer.url, true);
          }}
          onError={() => {
            settle(layer.url, false);
          }}
        />
      ))}
      <div class="backdrop-scrim" />
    </div>
  );
}
