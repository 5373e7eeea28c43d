/** What keeps the film from playing, and the one or two things to do about it. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Trouble } from "../../shared/trouble";
import { useText } from "../context";
import { Notice } from "../parts/notice";
import type { NoticeAction } from "../parts/notice";

interface TroubleProps {
  trouble: Trouble;
  song: boolean;
  /** Some of the film was seen: more of it may be. */
  begun: boolean;
  onRetry: () => void;
  onSkip: () => void;
  onLeave: () => void;
}

export function TroubleNotice({ trouble, song, begun, onRetry, onSkip, onLeave }: TroubleProps): JSX.Element {
  const t = useText();
  const waits = trouble.kind === "busy" || trouble.kind === "unreachable" ? trouble.retry_s : null;
  const left = useCountdown(waits, onRetry);
  const back: NoticeAction = { label: t("nav.back"), run: onLeave };
  const skip: NoticeAction = { label: t("player.skip"), run: onSkip };
  const retry: NoticeAction = { label: t("action.retry"), run: onRetry };
  const again = left === null ? null : <p>{t("player.retryIn", { n: left })}</p>;
  switch (trouble.kind) {
    case "busy":
      return (
        <Notice icon="hourglass" title={t("player.busy")} testId="player-busy" action={retry} other={back}>
          <p>{busyText(trouble.detail, t)}</p>
          {again}
        </Notice>
      );
    case "unreachable":
      return (
        <Notice icon="warning" title={t("connect.failed")} testId="player-unreachable" action={retry} other={back}>
          {again}
        </Notice>
      );
    case "damaged":
      return (
        <Notice icon="warning" title={t("player.damaged")} testId="player-damaged" action={skip} other={back}>
          <p>{t(trouble.stored ? "player.damagedDetail" : "player.unreadableDetail")}</p>
        </Notice>
      );
    case "failed":
      return (
        <Notice icon="warning" title={t(song ? "player.failedSong" : "player.failed")} testId="player-failed" action={begun ? skip : back} other={begun ? back : undefined}>
          <p>{trouble.detail || t("player.failedDetail")}</p>
        </Notice>
      );
  }
}

/** "2 of 2" is in the server's sentence; the rest is said in the viewer's language. */
function busyText(detail: string, t: ReturnType<typeof useText>): string {
  const counts = /(\d+)\D+(\d+)/.exec(detail);
  return counts ? t("player.busyCount", { n: counts[1] || "", total: counts[2] || "" }) : detail;
}

/** Count seconds down, then act; null where there is nothing to wait for. */
function useCountdown(seconds: number | null, onOver: () => void): number | null {
  const [left, setLeft] = useState(seconds);
  const latest = useRef(onOver);
  latest.current = onOver;
  useEffect(() => {
    if (seconds === null) {
      return undefined;
    }
    const end = Date.now() + seconds * 1000;
    const timer = setInterval(() => {
      const rest = Math.ceil((end - Date.now()) / 1000);
      setLeft(Math.max(0, rest));
      if (rest <= 0) {
        clearInterval(timer);
        latest.current();
      }
    }, 250);
    return () => {
      clearInterval(timer);
    };
  }, [seconds]);
  return left;
}
