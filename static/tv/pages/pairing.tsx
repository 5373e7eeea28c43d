/** A screen that nobody has let in yet: a code to compare, a picture for a phone's camera. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { queryString } from "../../shared/api";
import { clock } from "../../shared/format";
import { groupedCode, Pairing } from "../../shared/pairing";
import type { PairingOffer } from "../../shared/types";
import { useServices, useText } from "../context";
import { Beam, Brand } from "../parts/icons";
import { quietFocus } from "../use-focus";

interface PairProps {
  /** Told once the cookie is there. */
  onPaired: () => void;
  /** The page was opened by a one-time link that did not work. */
  linkFailed: boolean;
}

export function PairPage({ onPaired, linkFailed }: PairProps): JSX.Element {
  const t = useText();
  const { api, screen } = useServices();
  const [offer, setOffer] = useState<{ offer: PairingOffer; expiresAt: number } | null>(null);
  const [note, setNote] = useState(linkFailed ? t("pair.invitationFailed") + ". " + t("pair.invitationHelp") : "");
  const main = useRef<HTMLElement>(null);
  useEffect(() => {
    if (main.current) {
      quietFocus(main.current);
    }
    const pairing = new Pairing(api, screen.deviceName, {
      offered: (found, expiresAt) => {
        setOffer({ offer: found, expiresAt });
        if (!linkFailed) {
          setNote("");
        }
      },
      paired: onPaired,
      unreachable: () => {
        setNote(t("pair.unreachable"));
      },
      denied: () => {
        setOffer(null);
        setNote(t("pair.denied"));
      },
    });
    pairing.start();
    return () => {
      pairing.stop();
    };
  }, [api, linkFailed, onPaired, screen.deviceName, t]);
  return (
    <main class="welcome" ref={main} tabIndex={-1} data-testid="pairing">
      <Beam />
      <Brand />
      <div class="welcome-body">
        <div class="welcome-words">
          <h1 class="welcome-title">{t("pair.title")}</h1>
          <ol class="steps">
            <li>{t("pair.step1")}</li>
            <li>{t("pair.step2")}</li>
            <li>{t("pair.step3")}</li>
          </ol>
          {offer ? (
            <p class="pair-code" data-testid="user-code" data-code={offer.offer.user_code}>
              {groupedCode(offer.offer.user_code)}
            </p>
          ) : (
            <p class="pair-code pair-code-none">{t("pair.renewing")}</p>
          )}
          {offer ? <Expiry key={offer.expiresAt} offer={offer.offer} expiresAt={offer.expiresAt} /> : null}
          <p class="welcome-note" role="status" data-testid="pair-note">
            {note}
          </p>
        </div>
        <div class="pair-qr">
          {offer ? (
            <img
              src={"/api/v1/pair/qr" + queryString({ user_code: offer.offer.user_code })}
              alt={t("pair.qr")}
              data-testid="qr"
            />
          ) : null}
        </div>
      </div>
    </main>
  );
}

function Expiry({ offer, expiresAt }: { offer: PairingOffer; expiresAt: number }): JSX.Element {
  const t = useText();
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => {
      setNow(Date.now());
    }, 1000);
    return () => {
      clearInterval(timer);
    };
  }, []);
  const uri = offer.verification_uri.replace(/^https?:\/\//, "");
  return (
    <p class="pair-expiry">
      <span>{t("pair.expires", { time: clock((expiresAt - now) / 1000) })}</span>
      <span class="pair-uri">{t("pair.or", { uri })}</span>
    </p>
  );
}
