/** How the server does, for its owner: what is converted now, and by which encoders. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { fileSize } from "../../shared/format";
import type { Encoder, ServerState } from "../../shared/types";
import type { Place } from "../context";
import { useServices, useText } from "../context";
import { Failure, Spinner } from "../parts/notice";
import { rem } from "../parts/sizes";
import { useHeldFocus, usePageFocus } from "../use-focus";

const POLL_MS = 2000;
/** Of one encoder, in rem. */
const LINE_HEIGHT = 5.2;
const LINES_VISIBLE = 5;
/** What the makers call what ffmpeg calls by these names. */
const NAMES: Record<string, string> = {
  h264_nvenc: "NVIDIA NVENC",
  h264_qsv: "Intel Quick Sync Video",
  h264_rkmpp: "Rockchip MPP",
  h264_v4l2m2m: "V4L2 M2M",
  h264_vaapi: "VA-API",
  h264_videotoolbox: "Apple VideoToolbox",
};
const SOFTWARE = "libx264";

export function ServerPage({ place, active }: { place: Place; active: boolean }): JSX.Element {
  const t = useText();
  const { navigation } = useServices();
  const { state, error, retry } = useServerState();
  let body: JSX.Element;
  if (state !== null) {
    body = <State state={state} place={place} active={active} />;
  } else if (error !== null) {
    body = <Failure error={error} onRetry={retry} active={active} onLeftEdge={() => navigation.openRail()} />;
  } else {
    body = <Waiting />;
  }
  return (
    <main class="page page-server" data-testid="server" tabIndex={-1}>
      <header class="page-head">
        <h1 class="page-title">{t("server.title")}</h1>
      </header>
      {body}
    </main>
  );
}

/** The newest state, asked for again and again while the page is there; an old one is better than none. */
function useServerState(): { state: ServerState | null; error: unknown; retry: () => void } {
  const { api, failed } = useServices();
  const [state, setState] = useState<ServerState | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [tries, setTries] = useState(0);
  useEffect(() => {
    let timer = 0;
    let gone = false;
    const ask = (): void => {
      api.server().then(
        (answer) => {
          if (!gone) {
            setState(answer);
            timer = window.setTimeout(ask, POLL_MS);
          }
        },
        (problem: unknown) => {
          if (!gone) {
            failed(problem);
            setError(problem);
            timer = window.setTimeout(ask, POLL_MS);
          }
        },
      );
    };
    ask();
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [api, failed, tries]);
  const retry = (): void => {
    setError(null);
    setTries(tries + 1);
  };
  return { state, error, retry };
}

function State({ state, place, active }: { state: ServerState; place: Place; active: boolean }): JSX.Element {
  const t = useText();
  const { navigation, compact } = useServices();
  const { conversions, encoders } = state;
  const focus = usePageFocus(
    encoders.map((_, index) => ({ id: "encoder-" + String(index), length: 1, visible: 1 })),
    {
      memory: place.memory,
      active,
      laneAnchor: 1,
      lanesVisible: LINES_VISIBLE,
      onLeftEdge: () => navigation.openRail(),
    },
  );
  const track = compact ? undefined : { transform: "translate3d(0," + rem(-focus.model.top * LINE_HEIGHT) + ",0)" };
  return (
    <section class="server" ref={focus.root} tabIndex={-1}>
      <dl class="figures">
        <Figure name="playing" label={t("server.playing")}>
          {t("item.position", { n: conversions.playing, total: conversions.limit })}
        </Figure>
        <Figure name="passed-on" label={t("server.passedOn")}>{conversions.passed_on}</Figure>
        <Figure name="waiting" label={t("server.waiting")}>{conversions.waiting}</Figure>
        <Figure name="viewers" label={t("server.viewers")}>{conversions.viewers}</Figure>
        <Figure name="memory" label={t("server.memory")}>{fileSize(conversions.memory_size)}</Figure>
      </dl>
      <h2 class="server-heading">{t("server.encoders")}</h2>
      <div class="encoders">
        <div class="encoders-track" role="list" style={track}>
          {encoders.map((encoder, index) => (
            <EncoderLine key={encoder.name + (encoder.device || "") + String(encoder.reads)} encoder={encoder} lane={"encoder-" + String(index)} />
          ))}
        </div>
      </div>
    </section>
  );
}

function Figure({ name, label, children }: { name: string; label: string; children: string | number }): JSX.Element {
  return (
    <div class="figure" data-testid={"figure-" + name}>
      <dt class="figure-label">{label}</dt>
      <dd class="figure-value">{children}</dd>
    </div>
  );
}

function EncoderLine({ encoder, lane }: { encoder: Encoder; lane: string }): JSX.Element {
  const t = useText();
  const { language } = useServices();
  const state = encoder.chosen ? "chosen" : encoder.works ? "works" : "refused";
  const speed = encoder.cost !== null && encoder.cost > 0 ? t("server.speed", { n: times(1 / encoder.cost, language.tag) }) : "";
  const details = [encoder.name, encoder.device || "", encoder.reads ? t("server.reads") : "", speed].filter(Boolean);
  return (
    <div class="encoder" role="listitem" tabIndex={-1} data-lane={lane} data-column={0} data-testid="encoder" data-state={state}>
      <div class="encoder-text">
        <p class="encoder-name">{encoder.name === SOFTWARE ? t("server.processor") : NAMES[encoder.name] || encoder.name}</p>
        <p class="encoder-detail">{state === "refused" ? encoder.reason : details.join(" · ")}</p>
      </div>
      <span class="encoder-state">{t(("server." + state) as "server.chosen")}</span>
    </div>
  );
}

/** `0.7`, `2.4`, `12`, as the language writes them: more figures would be noise. */
function times(value: number, language: string): string {
  const digits = value < 10 ? 1 : 0;
  return value.toLocaleString(language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function Waiting(): JSX.Element {
  const t = useText();
  const holder = useHeldFocus();
  return (
    <section ref={holder} tabIndex={-1}>
      <Spinner label={t("player.loading")} />
    </section>
  );
}
