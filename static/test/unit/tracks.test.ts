import { describe, expect, it } from "vitest";
import { ownName, sameTongue } from "../../shared/tongues";
import { FORCED, isSame, OFF, startAudio, startSubtitles, subtitleChoices } from "../../shared/tracks";
import type { AudioTrack, SubtitleTrack } from "../../shared/types";

function sound(index: number, language: string | null, extra: Partial<AudioTrack> = {}): AudioTrack {
  return { index, codec: "aac", channels: 2, language, title: null, default: false, ...extra };
}

function words(index: number | string, language: string | null, extra: Partial<SubtitleTrack> = {}): SubtitleTrack {
  return { index, codec: "subrip", language, title: null, forced: false, default: false, text: true, url: `/${String(index)}.vtt`, ...extra };
}

const NOTHING = { audio: null, subtitles: null };

it("takes codes of two and three letters, with and without a country, for one language", () => {
  expect(["eng", "en", "en-GB", "EN_us"].map(sameTongue)).toEqual(["en", "en", "en", "en"]);
  expect([sameTongue("ger"), sameTongue("deu"), sameTongue("und"), sameTongue(null), sameTongue("tlh")]).toEqual(["de", "de", "", "", "tlh"]);
});

it("names languages in their own words where the engine does not", () => {
  expect([ownName("fre"), ownName("de"), ownName("tlh")]).toEqual(["Français", "Deutsch", "tlh"]);
});

describe("the sound", () => {
  const tracks = [sound(0, "eng"), sound(1, "fre", { default: true }), sound(2, "deu", { title: "Commentary" }), sound(3, "ger")];

  it("is the file's own when nobody has a wish, or one that the film does not have", () => {
    expect(startAudio(tracks, NOTHING)?.index).toBe(1);
    expect(startAudio(tracks, { audio: "it", subtitles: null })?.index).toBe(1);
    expect(startAudio(tracks.slice(0, 1), NOTHING)?.index).toBe(0);
    expect(startAudio([], NOTHING)).toBeNull();
  });

  it("is in the language chosen last, not a commentary", () => {
    expect(startAudio(tracks, { audio: "de", subtitles: null })?.index).toBe(3);
  });
});

describe("the subtitles", () => {
  const english = sound(0, "eng");

  it("are off by default, whatever calls itself the default", () => {
    expect(startSubtitles([words(0, "eng", { default: true })], english, NOTHING, "en-GB")).toEqual(OFF);
  });

  it("are the forced ones in the sound's language, also when subtitles were switched off", () => {
    const tracks = [words(0, "eng"), words(1, "fre", { forced: true }), words(2, "en", { forced: true })];
    expect(startSubtitles(tracks, english, NOTHING, "en").track?.index).toBe(2);
    expect(startSubtitles(tracks, english, { audio: null, subtitles: "off" }, "en").track?.index).toBe(2);
    expect(startSubtitles(tracks, sound(0, "ita"), { audio: null, subtitles: "off" }, "en")).toEqual(OFF);
  });

  it("are in the language chosen last, before forced ones", () => {
    const tracks = [words(0, "eng", { forced: true }), words("x0", "deu")];
    expect(startSubtitles(tracks, english, { audio: null, subtitles: "de" }, "en").track?.index).toBe("x0");
  });

  it("are no more than the forced ones where those were chosen last", () => {
    const tracks = [words(0, "eng"), words(1, "eng", { forced: true })];
    expect(startSubtitles(tracks, english, { audio: null, subtitles: FORCED }, "en").track?.index).toBe(1);
    expect(startSubtitles(tracks.slice(0, 1), english, { audio: null, subtitles: FORCED }, "en")).toEqual(OFF);
  });

  it("help who does not speak the film's language, where the file offers it", () => {
    const tracks = [words(0, "fra"), words(1, "eng", { default: true })];
    expect(startSubtitles(tracks, sound(0, "jpn"), NOTHING, "en").track?.index).toBe(1);
    expect(startSubtitles(tracks, sound(0, "jpn"), { audio: null, subtitles: "off" }, "en")).toEqual(OFF);
    expect(startSubtitles(tracks, sound(0, "jpn"), NOTHING, "de")).toEqual(OFF);
  });

  it("never have a film converted unasked", () => {
    const pictures = words(0, "deu", { codec: "hdmv_pgs_subtitle", text: false, url: null, forced: true });
    expect(startSubtitles([pictures], sound(0, "deu"), { audio: null, subtitles: "de" }, "de")).toEqual(OFF);
  });

  it("can be drawn into the picture where they are pictures, and where their maker styled them", () => {
    const tracks = [words(0, "eng"), words(1, "fra", { codec: "ass" }), words(2, "deu", { text: false, url: null }), words(3, "ita", { text: null, url: null })];
    expect(subtitleChoices(tracks).map((choice) => [choice.track?.index, choice.burn])).toEqual([[0, false], [1, false], [1, true], [2, true]]);
  });

  it("know themselves again", () => {
    const [plain, burnt] = [{ track: words(1, "fra"), burn: false }, { track: words(1, "fra"), burn: true }];
    expect([isSame(plain, { ...plain }), isSame(plain, burnt), isSame(OFF, plain), isSame(OFF, { ...OFF })]).toEqual([true, false, false, true]);
  });
});
