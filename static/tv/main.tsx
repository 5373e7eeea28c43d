/** The TV page's beginning: find out where we are, then draw. */
import "../shared/polyfills";
import { render } from "preact";
import { Api } from "../shared/api";
import { languageFor } from "../shared/i18n";
import { describeScreen } from "../shared/screen";
import { canList } from "../shared/abilities";
import { App } from "./app";
import { Input } from "./input";
import * as kit from "./kit";
import { laterScript } from "./later";
import { startMarquee } from "./marquee";
import "./styles/tv.css";

function start(): void {
  const root = document.getElementById("app");
  if (!root) {
    return;
  }
  const video = document.createElement("video");
  const engine = {
    canPlay: (type: string) => video.canPlayType(type),
    canStream: (type: string) => "MediaSource" in window && MediaSource.isTypeSupported(type),
    highRange: window.matchMedia("(dynamic-range: high)").matches,
  };
  const described = describeScreen(navigator.userAgent, engine);
  const screen = { ...described, can: canList(described.profile, described.nativeHls, engine) };
  (window as unknown as { lanterne?: typeof kit }).lanterne = kit;
  const language = languageFor(navigator.language || "en");
  document.documentElement.lang = language.tag;
  if (window.matchMedia("(prefers-reduced-motion: reduce)").matches) {
    document.body.classList.add("calm");
  }
  const api = new Api((url, init) => window.fetch(url, init));
  const input = new Input(document.body);
  startMarquee(document.body);
  root.textContent = "";
  render(<App api={api} input={input} language={language} screen={screen} later={{ player: laterScript("player"), pages: laterScript("pages") }} />, root);
}

start();
