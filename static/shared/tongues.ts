/** Languages as files and browsers name them, and as their speakers do. */

/** Three-letter codes of files beside the two-letter ones of browsers; those without a pair stand for themselves. */
const SHORT: Record<string, string> = {
  eng: "en", fra: "fr", fre: "fr", deu: "de", ger: "de", spa: "es", ita: "it", por: "pt", nld: "nl", dut: "nl",
  dan: "da", swe: "sv", nor: "no", nob: "no", fin: "fi", pol: "pl", ces: "cs", cze: "cs", slk: "sk", slo: "sk",
  hun: "hu", ron: "ro", rum: "ro", ell: "el", gre: "el", tur: "tr", rus: "ru", ukr: "uk", heb: "he", ara: "ar",
  hin: "hi", jpn: "ja", zho: "zh", chi: "zh", kor: "ko", cat: "ca", hrv: "hr", srp: "sr", bul: "bg", vie: "vi", tha: "th",
};

/** `eng`, `en-GB` and `en` are one language; empty when nothing is known. */
export function sameTongue(code: string | null | undefined): string {
  const base = (code || "").toLowerCase().split(/[-_]/)[0] || "";
  return base === "und" || base === "mis" || base === "zxx" ? "" : SHORT[base] || base;
}

/** For engines that name no languages themselves: those before Chromium 81, which is most TVs until 2021. */
const NAMES: Record<string, string> = {
  en: "English", fr: "Français", de: "Deutsch", es: "Español", it: "Italiano", pt: "Português", nl: "Nederlands",
  da: "Dansk", sv: "Svenska", no: "Norsk", fi: "Suomi", pl: "Polski", cs: "Čeština", sk: "Slovenčina", hu: "Magyar",
  ro: "Română", el: "Ελληνικά", tr: "Türkçe", ru: "Русский", uk: "Українська", he: "עברית", ar: "العربية", hi: "हिन्दी",
  ja: "日本語", zh: "中文", ko: "한국어", ca: "Català", hr: "Hrvatski", sr: "Српски", bg: "Български", vi: "Tiếng Việt", th: "ไทย",
};

/** A language in its own words; its code where those are not known. */
export function ownName(code: string): string {
  return NAMES[sameTongue(code)] || code;
}
