/** The vault is locked: nothing of the household is shown, and it can be unlocked from here. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ApiError, WRONG_PASSPHRASE } from "../../shared/api";
import { useServices, useText } from "../context";
import { Beam, Brand, Icon } from "../parts/icons";
import { usePageFocus } from "../use-focus";

const HEALTH_POLL_MS = 5000;

/** Seconds until another try is allowed, counted down; 0 when it is. */
function useCountdown(): [number, (seconds: number) => void] {
  const [left_s, setLeft] = useState(0);
  useEffect(() => {
    if (left_s <= 0) {
      return undefined;
    }
    const timer = setTimeout(() => {
      setLeft(left_s - 1);
    }, 1000);
    return () => {
      clearTimeout(timer);
    };
  }, [left_s]);
  return [left_s, setLeft];
}

/** The vault may be unlocked elsewhere at any time: ask now and then. */
function useUnlockedElsewhere(onUnlocked: () => void): void {
  const { api } = useServices();
  useEffect(() => {
    const timer = setInterval(() => {
      api.health().then(
        (health) => {
          if (health.vault === "unlocked") {
            onUnlocked();
          }
        },
        () => undefined,
      );
    }, HEALTH_POLL_MS);
    return () => {
      clearInterval(timer);
    };
  }, [api, onUnlocked]);
}

export function LockedPage({ onUnlocked }: { onUnlocked: () => void }): JSX.Element {
  const t = useText();
  const { api } = useServices();
  const [busy, setBusy] = useState(false);
  const [note, setNote] = useState("");
  const [wait_s, setWait] = useCountdown();
  const [shown, setShown] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  useUnlockedElsewhere(onUnlocked);

  const refused = (error: unknown): void => {
    const status = error instanceof ApiError ? error.status : 0;
    if (error instanceof ApiError && status === 429) {
      setWait(error.problem.retryAfterS || 1);
      setNote("");
    } else if (error instanceof ApiError && error.problem.type === WRONG_PASSPHRASE) {
      setNote(t("locked.wrong"));
    } else if (status === 0) {
      setNote(t("connect.failed"));
    } else {
      setNote(status === 403 ? t("locked.refused") : t("locked.failed"));
    }
  };
  const submit = (): void => {
    const passphrase = field.current ? field.current.value : "";
    if (passphrase === "" || busy || wait_s > 0) {
      return;
    }
    setBusy(true);
    setNote("");
    api.unlock(passphrase).then(
      () => {
        onUnlocked();
      },
      (error: unknown) => {
        setBusy(false);
        if (field.current) {
          field.current.value = "";
        }
        refused(error);
      },
    );
  };
  const focus = usePageFocus(
    [
      { id: "passphrase", length: 1, visible: 1 },
      { id: "unlock", length: 2, visible: 2 },
    ],
    {
      memory: useRef({}).current,
      onPress: (press) => {
        if (press.action === "ok" && document.activeElement === field.current) {
          if (!press.repeat) {
            submit();
          }
          return true;
        }
        return false;
      },
    },
  );
  const status = wait_s > 0 ? t("locked.wait", { n: wait_s }) : busy ? t("locked.unlocking") : note;
  return (
    <main class="welcome" ref={focus.root} tabIndex={-1} data-testid="locked">
      <Beam />
      <Brand />
      <form
        class="locked"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <span class="locked-sign">
          <Icon name="lock" />
        </span>
        <h1 class="welcome-title">{t("locked.title")}</h1>
        <p class="welcome-text">{t("locked.detail")}</p>
        <label class="field-label" for="passphrase">
          {t("locked.label")}
        </label>
        <input
          ref={field}
          id="passphrase"
          class="field"
          {...({ type: shown ? "text" : "password" } as { type: "password" })}
          autocomplete="current-password"
          autocapitalize="off"
          spellcheck={false}
          data-lane="passphrase"
          data-column={0}
          data-testid="passphrase"
          aria-describedby="locked-note"
        />
        <div class="actions locked-actions">
          <button type="submit" class="button button-main" data-lane="unlock" data-column={0} data-testid="unlock">
            {t("locked.unlock")}
          </button>
          <button
            type="button"
            class="button"
            data-lane="unlock"
            data-column={1}
            aria-pressed={shown}
            onClick={() => {
              setShown(!shown);
            }}
          >
            {shown ? t("locked.hide") : t("locked.show")}
          </button>
        </div>
        <p class="welcome-note" id="locked-note" role="status" data-testid="locked-note">
          {status}
        </p>
      </form>
    </main>
  );
}
