/** How a video would play on this screen, and the tracks that are in it. */
import type { JSX } from "preact";
import { channelName, fileSize } from "../../shared/format";
import type { Language } from "../../shared/i18n";
import { ownName } from "../../shared/tongues";
import type { AudioTrack, ItemDetail, SubtitleTrack, VideoTrack } from "../../shared/types";
import { useServices, useText } from "../context";

function joined(parts: (string | null | undefined | false)[]): string {
  return parts.filter((part) => typeof part === "string" && part !== "").join(" ");
}

function pictureName(track: VideoTrack): string {
  const size = track.width && track.height ? String(track.width) + " × " + String(track.height) : "";
  const rate = track.fps ? String(Math.round(track.fps * 100) / 100) + " fps" : "";
  const depth = track.bit_depth && track.bit_depth > 8 ? String(track.bit_depth) + " bit" : "";
  return joined([track.codec.toUpperCase(), size, rate, depth, track.hdr ? "HDR" : ""]);
}

interface Names {
  of(code: string): string;
}

/** Making one costs a TV more than all else about a list of tracks. */
const namesByTag: Record<string, Names> = {};

function namesFor(tag: string): Names | null {
  const { DisplayNames } = Intl as unknown as { DisplayNames?: new (tags: string[], options: object) => Names };
  if (DisplayNames && !namesByTag[tag]) {
    namesByTag[tag] = new DisplayNames([tag], { type: "language" });
  }
  return namesByTag[tag] || null;
}

/** A track's language in the viewer's words where the engine knows them, else its code. */
export function languageName(code: string | null | undefined, language: Language): string {
  if (!code || code === "und") {
    return "";
  }
  try {
    return namesFor(language.tag)?.of(code) || ownName(code);
  } catch {
    return ownName(code);
  }
}

export function audioName(track: AudioTrack, language: Language): string {
  const channels = track.channels ? channelName(track.channels) : "";
  return joined([track.title || languageName(track.language, language), track.codec.toUpperCase(), channels]);
}

/** Its language and, where that is not said by it already, its title. */
export function subtitleName(track: SubtitleTrack, language: Language): string {
  const spoken = languageName(track.language, language);
  const title = track.title && track.title.toLowerCase().indexOf(spoken.toLowerCase()) < 0 ? track.title : "";
  return [spoken, title].filter((part) => part !== "").join(" · ") || track.title || track.codec.toUpperCase();
}

/** Names in a line, no more of them than asked for. */
function listed(names: string[], most: number, language: Language): string {
  // One name is not longer than the words for it.
  const cut = names.length > most + 1;
  const shown = cut ? names.slice(0, most) : names;
  return shown.join(" · ") + (cut ? " · " + language.t("item.others", { n: names.length - most }) : "");
}

/** The lines of the "about" list: label and value. `most` tracks are named of each kind. */
export function aboutLines(item: ItemDetail, language: Language, most = Infinity): [string, string][] {
  const media = item.media;
  const lines: [string, string][] = [];
  if (media) {
    lines.push([language.t("item.video"), media.video.slice(0, 1).map(pictureName).join(", ")]);
    lines.push([language.t("item.audio"), listed(media.audio.map((track) => audioName(track, language)), most, language)]);
    lines.push([language.t("item.subtitles"), listed(media.subtitles.map((track) => subtitleName(track, language)), most, language)]);
  }
  lines.push([language.t("item.file"), joined([item.name, item.size ? "(" + fileSize(item.size) + ")" : ""])]);
  return lines.filter((line) => line[1] !== "");
}

export function Tracks({ item }: { item: ItemDetail }): JSX.Element {
  const { language } = useServices();
  const t = useText();
  const playback = item.playback;
  return (
    <div class="tracks">
      <dl class="about">
        {aboutLines(item, language).map(([label, value]) => (
          <div class="about-line" key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {playback ? (
        <p class="decision" data-testid="decision" data-decision={playback.decision}>
          <span class="decision-word">{t(("item." + playback.decision) as "item.direct")}</span>
          {playback.decision === "direct" ? null : <span>{playback.reason}</span>}
        </p>
      ) : null}
    </div>
  );
}
