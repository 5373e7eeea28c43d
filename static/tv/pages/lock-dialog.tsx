/** Asks before the vault is locked for everybody. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { useServices, useText } from "../context";
import { LAYER } from "../input";
import { usePageFocus } from "../use-focus";

export function LockDialog({ onClose, onLocked }: { onClose: () => void; onLocked: () => void }): JSX.Element {
  const t = useText();
  const { api, failed, say } = useServices();
  const [memory] = useState<Record<string, unknown>>({});
  const focus = usePageFocus([{ id: "lock", length: 2, visible: 2 }], {
    memory,
    layer: LAYER.dialog,
    onPress: (press) => {
      if (press.action === "back") {
        onClose();
        return true;
      }
      return false;
    },
  });
  const lock = (): void => {
    api.lock().then(onLocked, (error: unknown) => {
      failed(error);
      say(t("lock.failed"));
      onClose();
    });
  };
  return (
    <div class="dialog-veil">
      <section class="dialog" role="dialog" aria-modal="true" aria-labelledby="lock-title" ref={focus.root} tabIndex={-1} data-testid="lock-dialog">
        <h2 class="dialog-title" id="lock-title">
          {t("lock.title")}
        </h2>
        <p class="dialog-text">{t("lock.detail")}</p>
        <div class="actions">
          <button type="button" class="button" data-lane="lock" data-column={0} data-testid="lock-cancel" onClick={onClose}>
            {t("lock.cancel")}
          </button>
          <button type="button" class="button button-main" data-lane="lock" data-column={1} data-testid="lock-confirm" onClick={lock}>
            {t("lock.confirm")}
          </button>
        </div>
      </section>
    </div>
  );
}
