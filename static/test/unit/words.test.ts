import { describe, expect, it } from "vitest";
import { languageFor } from "../../shared/i18n";
import { de } from "../../shared/strings/de";
import { en } from "../../shared/strings/en";
import type { StringKey } from "../../shared/strings/en";
import { fr } from "../../shared/strings/fr";
import { parseLink } from "../../tv/link";

function slots(text: string): string[] {
  return (text.match(/\{\w+\}/g) || []).sort();
}

describe.each([["de", de], ["fr", fr]])("%s", (_name, table) => {
  it("has every string, with the same blanks", () => {
    expect(Object.keys(table).sort()).toEqual(Object.keys(en).sort());
    for (const key of Object.keys(en) as StringKey[]) {
      expect([key, slots(table[key])]).toEqual([key, slots(en[key])]);
      expect(table[key].trim()).not.toBe("");
    }
  });
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
