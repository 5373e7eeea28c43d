import { describe, expect, it } from "vitest";
import { languageFor } from "../../shared/i18n";
import type { StringKey } from "../../shared/i18n";
import { de } from "../../shared/strings/de";
import { en } from "../../shared/strings/en";
import { fr } from "../../shared/strings/fr";
import { de as dePages } from "../../shared/strings/pages/de";
import { en as enPages } from "../../shared/strings/pages/en";
import { fr as frPages } from "../../shared/strings/pages/fr";
import { de as dePlayer } from "../../shared/strings/player/de";
import { en as enPlayer } from "../../shared/strings/player/en";
import { fr as frPlayer } from "../../shared/strings/player/fr";
import { parseLink } from "../../tv/link";

function slots(text: string): string[] {
  return (text.match(/\{\w+\}/g) || []).sort();
}

type Table = Partial<Record<StringKey, string>>;

const tables: [string, Table, Table][] = [
  ["the page in German", de, en],
  ["the page in French", fr, en],
  ["the later pages in German", dePages, enPages],
  ["the later pages in French", frPages, enPages],
  ["the player in German", dePlayer, enPlayer],
  ["the player in French", frPlayer, enPlayer],
];

describe.each(tables)("%s", (_name, table, english) => {
  it("has every string, with the same blanks", () => {
    expect(Object.keys(table).sort()).toEqual(Object.keys(english).sort());
    for (const key of Object.keys(english) as StringKey[]) {
      expect([key, slots(table[key] || "")]).toEqual([key, slots(english[key] || "")]);
      expect((table[key] || "").trim()).not.toBe("");
    }
  });
});

it("knows the words of a later script once that is there, in the language that was chosen before", async () => {
  const { t } = languageFor("de");
  expect(t("player.pause")).toBe("");
  await import("../../shared/strings/player/all");
  expect(t("player.pause")).toBe("Pause");
});

it("speaks the language of the tag, dates included, and English to everybody else", () => {
  expect(languageFor("de-AT").t("nav.folders")).toBe("Ordner");
  expect(languageFor("de-AT").tag).toBe("de-AT");
  expect(languageFor("FR").t("nav.home")).toBe("Accueil");
  expect([languageFor("ja-JP").tag, languageFor("ja-JP").t("nav.home")]).toEqual(["en", "Home"]);
});

it("fills in the blanks it is given", () => {
  const { t } = languageFor("en");
  expect(t("item.position", { n: 3, total: 20 })).toBe("3 of 20");
  expect(t("item.position", { n: 3 })).toBe("3 of {total}");
});

it("reads what a link asks for", () => {
  expect(parseLink("#invitation=a%2Bb")).toEqual({ invitation: "a+b", approve: null });
  expect(parseLink("#approve=BCDF-GHJK")).toEqual({ invitation: null, approve: "BCDF-GHJK" });
  expect(parseLink("#")).toEqual({ invitation: null, approve: null });
  expect(parseLink("#invitation=%E0%A4%A")).toEqual({ invitation: null, approve: null });
});
