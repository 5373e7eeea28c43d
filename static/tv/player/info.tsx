/** Why it plays the way it plays: for the curious, and for the one who is asked to help. */
import type { JSX, RefObject } from "preact";
import type { Attempt } from "../../shared/attempts";
import type { ItemDetail } from "../../shared/types";
import { useServices, useText } from "../context";
import { aboutLines } from "../parts/tracks";

/** Tracks of a kind that are named: the panel stays above the controls, and the menu has them all. */
const FEW = 4;

interface InfoProps {
  item: ItemDetail;
  attempt: Attempt | null;
  shown: boolean;
  video: RefObject<HTMLVideoElement | null>;
  onClose: () => void;
}

export function InfoPanel({ item, attempt, shown, video, onClose }: InfoProps): JSX.Element | null {
  const t = useText();
  const { language } = useServices();
  if (!shown) {
    return null;
  }
  const lines = aboutLines(item, language, FEW);
  if (attempt) {
    const size = video.current?.videoWidth ? String(video.current.videoWidth) + " × " + String(video.current.videoHeight) : "";
    const how = t(("player.method." + attempt.method) as "player.method.file");
    lines.push([t("item.play"), [how, attempt.method === "file" ? "" : attempt.profile, size].filter((part) => part !== "").join(", ")]);
  }
  // Another sound, a smaller picture or a step down make it another way than the one that the server planned.
  const asPlanned = item.playback?.decision === "direct" && attempt?.method !== "file" ? null : item.playback;
  return (
    <aside class="info" data-testid="info" aria-label={t("player.info")} onClick={onClose}>
      <p class="info-title">{asPlanned ? t(("item." + asPlanned.decision) as "item.direct") : t("player.info")}</p>
      {asPlanned && asPlanned.decision !== "direct" ? <p class="info-reason">{asPlanned.reason}</p> : null}
      <dl class="about">
        {lines.map(([label, value]) => (
          <div class="about-line" key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </aside>
  );
}
