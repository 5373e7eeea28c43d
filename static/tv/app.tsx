/** The page as a whole: which of connecting, pairing, locked or open it is in, and the services it lends. */
import type { JSX } from "preact";
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { ApiError } from "../shared/api";
import type { Api } from "../shared/api";
import type { Language } from "../shared/i18n";
import type { ProbedScreen } from "../shared/screen";
import type { Role } from "../shared/types";
import type { Navigation, Services } from "./context";
import { ServicesContext, useText } from "./context";
import { PageDoor } from "./doors";
import { Frame } from "./frame";
import type { Input } from "./input";
import type { LaterScripts } from "./later";
import { takeLink } from "./link";
import { Beam, Brand } from "./parts/icons";
import { Notice, Spinner } from "./parts/notice";
import { Toast, useToast } from "./parts/toast";
import { useCompact } from "./use-compact";
import { useHealth } from "./use-health";
import { usePositions } from "./use-positions";

type Phase = "connecting" | "unreachable" | "pairing" | "link-failed" | "locked" | "open";

const RETRY_MS = 3000;

interface AppProps {
  api: Api;
  input: Input;
  language: Language;
  screen: ProbedScreen;
  later: LaterScripts;
}

const NOWHERE: Navigation = { open: () => undefined, back: () => undefined, finish: () => undefined, follow: () => undefined, openRail: () => false };

export function App({ api, input, language, screen, later }: AppProps): JSX.Element {
  const [phase, setPhase] = useState<Phase>("connecting");
  const [role, setRole] = useState<Role>("tv");
  const link = useRef(takeLink());
  /** The film that was playing, by its id alone: should the vault be locked meanwhile, nothing else is kept of it. */
  const watching = useRef<string | null>(null);
  const [approving, setApproving] = useState(link.current.approve);
  const [toast, say] = useToast();
  const compact = useCompact(screen.tv);
  const { positions, report, learn } = usePositions(api);

  const failed = useCallback((error: unknown): void => {
    const status = error instanceof ApiError ? error.status : 0;
    if (status === 423) {
      setPhase("locked");
    } else if (status === 401) {
      setPhase("connecting");
    }
  }, []);

  const enter = useCallback(async (): Promise<void> => {
    try {
      const me = await api.me();
      setRole(me.role);
      setPhase(me.vault === "locked" ? "locked" : "open");
    } catch (error) {
      const status = error instanceof ApiError ? error.status : 0;
      setPhase((old) => (status !== 401 ? "unreachable" : old === "link-failed" ? old : "pairing"));
    }
  }, [api]);

  useEffect(() => {
    if (phase === "locked") {
      positions.clear();
    }
  }, [phase, positions]);

  useEffect(() => {
    if (phase !== "connecting") {
      return;
    }
    const invitation = link.current.invitation;
    link.current.invitation = null;
    if (invitation === null) {
      void enter();
      return;
    }
    api.redeemInvitation(invitation, screen.deviceName).then(enter, () => {
      // The link is spent, but this screen may be paired from before.
      setPhase("link-failed");
      void enter();
    });
  }, [api, enter, phase, screen.deviceName]);

  useEffect(() => {
    if (phase !== "unreachable") {
      return undefined;
    }
    const timer = setInterval(() => void enter(), RETRY_MS);
    return () => {
      clearInterval(timer);
    };
  }, [enter, phase]);

  const lock = useCallback(() => {
    setPhase("locked");
  }, []);
  const offline = useHealth(api, phase === "open", lock);

  const services: Services = useMemo(
    () => ({ api, input, language, screen, positions, report, learn, later, navigation: NOWHERE, say, failed, compact }),
    [api, input, language, screen, positions, report, learn, later, say, failed, compact],
  );
  const restart = useCallback(() => {
    setPhase("connecting");
  }, []);
  const ready = phase === "open" || phase === "locked";
  return (
    <ServicesContext.Provider value={services}>
      {ready && approving !== null ? (
        <PageDoor draw={({ ApprovePage }) => <ApprovePage userCode={approving} onDone={() => { setApproving(null); }} />} />
      ) : phase === "open" ? (
        <Frame services={services} role={role} onLocked={lock} watching={watching} />
      ) : phase === "locked" ? (
        <PageDoor draw={({ LockedPage }) => <LockedPage onUnlocked={restart} />} />
      ) : phase === "pairing" || phase === "link-failed" ? (
        <PageDoor draw={({ PairPage }) => <PairPage onPaired={restart} linkFailed={phase === "link-failed"} />} />
      ) : (
        <Connecting lost={phase === "unreachable"} onRetry={() => void enter()} />
      )}
      <Toast text={offline ? language.t("connect.lost") : toast} />
    </ServicesContext.Provider>
  );
}

function Connecting({ lost, onRetry }: { lost: boolean; onRetry: () => void }): JSX.Element {
  const t = useText();
  return (
    <main class="welcome" data-testid="connecting">
      <h1 class="unseen">{t("app.name")}</h1>
      <Beam />
      <Brand />
      {lost ? (
        <Notice
          icon="warning"
          title={t("connect.failed")}
          testId="unreachable"
          action={{ label: t("action.retry"), run: onRetry }}
        >
          <p>{t("connect.detail")}</p>
        </Notice>
      ) : (
        <Spinner label={t("connect.title")} />
      )}
    </main>
  );
}
