/** Which sound and which subtitles a film begins with: what was chosen last, else what the film asks for. */
import { sameTongue } from "./tongues";
import type { AudioTrack, SubtitleTrack } from "./types";

/** The wish for those subtitles alone that translate what the sound leaves untranslated. */
export const FORCED = "forced";

/** What a household chose before, by language: that is what the next film has too. */
export interface Wishes {
  audio: string | null;
  /** A language, "off", or `FORCED`. */
  subtitles: string | null;
}

export interface SubtitleChoice {
  track: SubtitleTrack | null;
  /** Drawn into the picture by the server instead of by the page. */
  burn: boolean;
}

export const OFF: SubtitleChoice = { track: null, burn: false };

function speaks(track: { language?: string | null }, tongue: string): boolean {
  return tongue !== "" && sameTongue(track.language) === tongue;
}

/** The sound that plays when nobody chooses: the file's own idea. */
export function usualAudio(tracks: AudioTrack[]): AudioTrack | null {
  return tracks.filter((track) => track.default)[0] || tracks[0] || null;
}

function isCommentary(track: AudioTrack): boolean {
  return /comment|description|kommentar/i.test(track.title || "");
}

export function startAudio(tracks: AudioTrack[], wishes: Wishes): AudioTrack | null {
  const usual = usualAudio(tracks);
  const wanted = sameTongue(wishes.audio);
  if (wanted === "" || !usual || speaks(usual, wanted)) {
    return usual;
  }
  return tracks.filter((track) => speaks(track, wanted) && !isCommentary(track))[0] || usual;
}

function isText(track: SubtitleTrack): boolean {
  return Boolean(track.text && track.url);
}

/** A track as it is best shown; null where the server does not say how it could be. */
export function shown(track: SubtitleTrack): SubtitleChoice | null {
  if (isText(track)) {
    return { track, burn: false };
  }
  return track.text === false ? { track, burn: true } : null;
}

function firstShown(tracks: SubtitleTrack[]): SubtitleChoice | null {
  for (const track of tracks) {
    // Nobody asked: pictures, for which the film would have to be converted, are left for the menu.
    if (isText(track)) {
      return { track, burn: false };
    }
  }
  return null;
}

/**
 * The subtitles to begin with. Forced ones translate what the sound leaves untranslated, so they show even
 * when subtitles are off; a track that calls itself the default counts when it is in the page's language and
 * the sound is not (nearly every file calls its first track so).
 */
export function startSubtitles(
  tracks: SubtitleTrack[],
  sound: AudioTrack | null,
  wishes: Wishes,
  pageLanguage: string,
): SubtitleChoice {
  const heard = sameTongue(sound?.language);
  const wanted = wishes.subtitles === "off" || wishes.subtitles === FORCED ? "" : sameTongue(wishes.subtitles);
  const full = tracks.filter((track) => !track.forced);
  const forced = firstShown(tracks.filter((track) => track.forced && (heard === "" || speaks(track, heard))));
  if (wanted !== "") {
    const wished = firstShown(full.filter((track) => speaks(track, wanted)));
    if (wished) {
      return wished;
    }
  }
  if (forced) {
    return forced;
  }
  const own = sameTongue(pageLanguage);
  if ((wishes.subtitles === null || wishes.subtitles === FORCED) && heard !== "" && heard !== own) {
    return firstShown(full.filter((track) => track.default && speaks(track, own))) || OFF;
  }
  return OFF;
}

/** Every way to show the subtitles of a film. Styled text comes twice: as plain lines, and as its maker drew it. */
export function subtitleChoices(tracks: SubtitleTrack[]): SubtitleChoice[] {
  const choices: SubtitleChoice[] = [];
  for (const track of tracks) {
    const plain = shown(track);
    if (plain) {
      choices.push(plain);
      if (!plain.burn && isStyled(track)) {
        choices.push({ track, burn: true });
      }
    }
  }
  return choices;
}

export function isStyled(track: SubtitleTrack): boolean {
  return /^(ass|ssa)$/i.test(track.codec);
}

export function isSame(a: SubtitleChoice, b: SubtitleChoice): boolean {
  return a.burn === b.burn && (a.track?.index ?? null) === (b.track?.index ?? null);
}
