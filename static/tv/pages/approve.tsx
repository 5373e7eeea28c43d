/** Opened on a phone by the QR code of another screen: let that screen in, or not. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ApiError } from "../../shared/api";
import { groupedCode } from "../../shared/pairing";
import type { PairingRequest } from "../../shared/types";
import { useServices, useText } from "../context";
import { Beam, Brand } from "../parts/icons";
import { usePageFocus } from "../use-focus";

export function ApprovePage({ userCode, onDone }: { userCode: string; onDone: () => void }): JSX.Element {
  const t = useText();
  const { api, say } = useServices();
  const [asking, setAsking] = useState<PairingRequest | null>(null);
  const [note, setNote] = useState("");
  const [memory] = useState<Record<string, unknown>>({});
  useEffect(() => {
    api.pairingRequest(userCode).then(setAsking, (error: unknown) => {
      const status = error instanceof ApiError ? error.status : 0;
      setNote(status === 403 ? t("approve.refused") : t("approve.failed"));
    });
  }, [api, t, userCode]);
  const focus = usePageFocus([{ id: "approve", length: 2, visible: 2 }], { memory });
  const allow = (): void => {
    api.approvePairing(userCode).then(
      () => {
        say(t("approve.done"));
        onDone();
      },
      () => {
        setNote(t("approve.failed"));
      },
    );
  };
  return (
    <main class="welcome" ref={focus.root} tabIndex={-1} data-testid="approve">
      <Beam />
      <Brand />
      <div class="locked">
        <h1 class="welcome-title">{t("approve.title")}</h1>
        <p class="pair-code" data-testid="approve-code">
          {groupedCode(userCode)}
        </p>
        {asking ? (
          <p class="approve-who" data-testid="approve-who">
            {asking.name} · {asking.address}
          </p>
        ) : null}
        <p class="welcome-text">{t("approve.detail")}</p>
        <div class="actions locked-actions">
          <button type="button" class="button" data-lane="approve" data-column={0} data-testid="deny" onClick={onDone}>
            {t("approve.deny")}
          </button>
          <button
            type="button"
            class="button button-main"
            data-lane="approve"
            data-column={1}
            data-testid="allow"
            aria-disabled={asking ? undefined : "true"}
            onClick={() => {
              if (asking) {
                allow();
              }
            }}
          >
            {t("approve.allow")}
          </button>
        </div>
        <p class="welcome-note" role="status">
          {note}
        </p>
      </div>
    </main>
  );
}
