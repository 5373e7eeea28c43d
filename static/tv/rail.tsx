/** The side rail: thin signs beside every page, names when it has the focus. */
import type { JSX } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";
import type { Role } from "../shared/types";
import { useServices, useText } from "./context";
import { LAYER } from "./input";
import { Icon, Lantern } from "./parts/icons";
import { usePageFocus } from "./use-focus";

export type Section = "home" | "videos" | "photos" | "folders" | "server";
type Entry = Section | "lock";

interface RailProps {
  open: boolean;
  section: Section | null;
  role: Role;
  onClose: () => void;
  onChoose: (entry: Entry) => void;
}

export function Rail({ open, section, role, onClose, onChoose }: RailProps): JSX.Element {
  const t = useText();
  const { compact } = useServices();
  const entries: Entry[] = ["home", "videos", "photos", "folders"];
  if (role === "owner") {
    entries.push("server");
  }
  if (role !== "tv") {
    entries.push("lock");
  }
  const [memory] = useState<Record<string, unknown>>({});
  const focus = usePageFocus(
    entries.map((entry) => ({ id: "rail-" + entry, length: 1, visible: 1 })),
    {
      memory,
      active: open,
      layer: LAYER.rail,
      lanesVisible: entries.length,
      onPress: (press) => {
        const closes = press.action === "right" || press.action === "back";
        if (closes && !press.repeat) {
          onClose();
        }
        return closes;
      },
    },
  );
  useLayoutEffect(() => {
    if (open) {
      focus.model.jump("rail-" + (section || "folders"), 0);
      focus.redraw();
    }
    // Only when it opens: later the focus is the person's.
  }, [open]);
  return (
    <nav class={"rail" + (open ? " open" : "")} aria-label={t("nav.label")} ref={focus.root} tabIndex={-1} data-testid="rail" data-open={open ? "true" : "false"}>
      <div class="rail-brand">
        <Lantern />
        <span class="rail-name">{t("app.name")}</span>
      </div>
      {entries.map((entry) => (
        <button
          key={entry}
          type="button"
          class={"rail-entry" + (entry === section ? " current" : "")}
          data-lane={"rail-" + entry}
          data-column={0}
          data-testid={"nav-" + entry}
          tabIndex={open || compact ? 0 : -1}
          aria-current={entry === section ? "page" : undefined}
          aria-label={t(("nav." + entry) as "nav.home")}
          onClick={() => {
            onChoose(entry);
          }}
        >
          <Icon name={entry} />
          <span class="rail-label">{t(("nav." + entry) as "nav.home")}</span>
        </button>
      ))}
    </nav>
  );
}
