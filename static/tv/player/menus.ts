/** The buttons of the player's bar and what is in their menus. */
import type { Quality } from "../../shared/attempts";
import type { MenuPort } from "../../shared/bar";
import { chapterAt } from "../../shared/chapters";
import { clock } from "../../shared/format";
import type { Language, StringKey } from "../../shared/i18n";
import { isSong } from "../../shared/playable";
import { isSame, OFF, subtitleChoices } from "../../shared/tracks";
import type { SubtitleChoice } from "../../shared/tracks";
import type { Chapter, ItemDetail } from "../../shared/types";
import { audioName, subtitleName } from "../parts/tracks";
import type { Choices } from "./use-choices";
import { rungsFor, SPEEDS } from "./use-choices";
import type { CueLook, CueSize, CueStyle } from "./use-subtitles";

export interface Entry {
  label: string;
  note?: string;
  current?: boolean;
  /** Chosen; the answer is the menu to show then, nothing to close. */
  run: () => string | null;
}

export interface MenuColumnDef {
  heading: string;
  entries: Entry[];
}

export interface MenuDef {
  name: string;
  icon: string;
  label: string;
  /** What holds now, in a word or two. */
  value: string;
  /** Made when the menu is looked at: the bar is drawn several times a second. Absent where pressing does something at once. */
  columns?: () => MenuColumnDef[];
  press?: () => void;
}

/** All menus: those with a button, and those that are reached from another. */
export interface Menus {
  bar: MenuDef[];
  inner: MenuDef[];
}

export interface MenuSubject {
  item: ItemDetail;
  choices: Choices;
  look: CueLook;
  language: Language;
  position_s: () => number;
  seek: (position_s: number) => void;
  speeds: boolean;
  info: () => void;
  next: (() => void) | null;
}

/** The menu of how subtitles look; lines are shown beside it. */
export const LOOK = "look";
/** How far one press moves the subtitles. */
const DELAY_STEP_S = 0.25;

function chosen(run: () => void): () => null {
  return () => {
    run();
    return null;
  };
}

/** Entries that are tried out: the menu stays. */
function stays(menu: string, run: () => void): () => string {
  return () => {
    run();
    return menu;
  };
}

function trackMenu(subject: MenuSubject): MenuDef | null {
  const { item, choices, language } = subject;
  const audio = item.media?.audio || [];
  const subtitles = subtitleChoices(item.media?.subtitles || []);
  if (audio.length < 2 && subtitles.length === 0) {
    return null;
  }
  const { t } = language;
  const sound = (): MenuColumnDef => ({
    heading: t("item.audio"),
    entries: audio.map((track) => ({
      label: audioName(track, language),
      current: track.index === choices.audio?.index,
      run: chosen(() => { choices.setAudio(track); }),
    })),
  });
  const words = (): MenuColumnDef => ({
    heading: t("item.subtitles"),
    entries: [
      subtitleEntry(OFF, subject),
      ...subtitles.map((choice) => subtitleEntry(choice, subject)),
      ...(subtitles.length > 0 ? [{ label: t("player.look"), note: "›", run: () => LOOK }] : []),
    ],
  });
  return {
    name: "tracks",
    icon: "tracks",
    label: t("player.tracks"),
    value: "",
    columns: () => [sound(), words()].filter((column) => column.entries.length > 0),
  };
}

function subtitleEntry(choice: SubtitleChoice, { choices, language }: MenuSubject): Entry {
  const { t } = language;
  const { track } = choice;
  const notes: string[] = [];
  if (track?.forced) {
    notes.push(t("player.forced"));
  }
  if (choice.burn) {
    notes.push(t("player.burnt"));
  }
  return {
    label: track ? subtitleName(track, language) : t("player.off"),
    note: notes.join(", "),
    current: isSame(choice, choices.subtitles),
    run: chosen(() => { choices.setSubtitles(choice); }),
  };
}

function lookMenu({ look, language }: MenuSubject): MenuDef {
  const { t } = language;
  const sizes: CueSize[] = ["small", "medium", "large", "huge"];
  const styles: CueStyle[] = ["outline", "box"];
  const delay = (label: StringKey, delay_s: number): Entry => ({ label: t(label), run: stays(LOOK, () => { look.setDelay(delay_s); }) });
  return {
    name: LOOK,
    icon: "",
    label: t("player.look"),
    value: "",
    columns: () => [
      {
        heading: t("player.size"),
        entries: sizes.map((size) => ({
          label: t(("player.size." + size) as StringKey),
          current: look.size === size,
          run: stays(LOOK, () => { look.setSize(size); }),
        })),
      },
      {
        heading: t("player.style"),
        entries: styles.map((style) => ({
          label: t(("player.style." + style) as StringKey),
          current: look.style === style,
          run: stays(LOOK, () => { look.setStyle(style); }),
        })),
      },
      {
        heading: t("player.delay", { n: (look.delay_s > 0 ? "+" : "") + look.delay_s.toLocaleString(language.tag) }),
        entries: [
          delay("player.later", look.delay_s + DELAY_STEP_S),
          delay("player.earlier", look.delay_s - DELAY_STEP_S),
          delay("player.noDelay", 0),
        ],
      },
    ],
  };
}

function qualityMenu({ item, choices, language }: MenuSubject): MenuDef {
  const { t } = language;
  const name = (quality: Quality): string => (quality === "auto" ? t("player.auto") : quality + "p");
  const all: Quality[] = ["auto", ...rungsFor(item)];
  return {
    name: "quality",
    icon: "quality",
    label: t("player.quality"),
    value: name(choices.quality),
    columns: () => [
      {
        heading: t("player.quality"),
        entries: all.map((quality) => ({
          label: name(quality),
          note: quality === "auto" ? t("player.autoNote") : "",
          current: quality === choices.quality,
          run: chosen(() => { choices.setQuality(quality); }),
        })),
      },
    ],
  };
}

/** `1×`, `1,25×` */
function speedName(speed: number, language: Language): string {
  return speed.toLocaleString(language.tag) + "×";
}

function speedMenu({ choices, language, speeds }: MenuSubject): MenuDef {
  const { t } = language;
  const entries = SPEEDS.map((speed) => ({
    label: speedName(speed, language),
    note: speed === 1 ? t("player.normal") : "",
    current: speed === choices.speed,
    run: chosen(() => { choices.setSpeed(speed); }),
  }));
  const none: Entry = { label: t("player.noSpeeds"), run: () => null };
  return {
    name: "speed",
    icon: "speed",
    label: t("player.speed"),
    value: speedName(speeds ? choices.speed : 1, language),
    columns: () => [{ heading: t("player.speed"), entries: speeds ? entries : [none] }],
  };
}

export function chapterName(chapter: Chapter, index: number, language: Language): string {
  return chapter.title || language.t("player.chapter", { n: index + 1 });
}

function chapterMenu({ item, language, position_s, seek }: MenuSubject): MenuDef | null {
  const chapters = item.media?.chapters || [];
  if (chapters.length < 2) {
    return null;
  }
  const at = chapterAt(chapters, position_s());
  const { t } = language;
  return {
    name: "chapters",
    icon: "chapters",
    label: t("player.chapters"),
    value: "",
    columns: () => [
      {
        heading: t("player.chapters"),
        entries: chapters.map((chapter, index) => ({
          label: chapterName(chapter, index, language),
          note: clock(chapter.start_s),
          current: index === at,
          run: chosen(() => { seek(chapter.start_s); }),
        })),
      },
    ],
  };
}

function button(name: string, icon: string, label: string, press: () => void): MenuDef {
  return { name, icon, label, value: "", press };
}

export function menusFor(subject: MenuSubject): Menus {
  const { t } = subject.language;
  const bar = [
    trackMenu(subject),
    chapterMenu(subject),
    isSong(subject.item) ? null : qualityMenu(subject),
    speedMenu(subject),
    button("info", "info", t("player.info"), subject.info),
    subject.next ? button("next", "next", t(isSong(subject.item) ? "player.nextSong" : "player.next"), subject.next) : null,
  ];
  return { bar: bar.filter((menu) => menu !== null), inner: [lookMenu(subject)] };
}

function menuNamed(menus: Menus, name: string): MenuDef | undefined {
  return menus.bar.concat(menus.inner).filter((menu) => menu.name === name)[0];
}

/** Let the machine move about in menus that change while it does. */
export function menuPort(latest: () => Menus): MenuPort {
  return {
    buttons: () => latest().bar.map((menu) => menu.name),
    columns: (name) =>
      (menuNamed(latest(), name)?.columns?.() || []).map((column) => ({
        length: column.entries.length,
        current: column.entries.map((entry) => Boolean(entry.current)).indexOf(true),
      })),
    press: (name) => {
      menuNamed(latest(), name)?.press?.();
    },
    choose: (name, column, entry) => menuNamed(latest(), name)?.columns?.()[column]?.entries[entry]?.run() ?? null,
  };
}

export { menuNamed };
