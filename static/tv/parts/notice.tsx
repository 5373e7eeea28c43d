/** Whole-page messages: nothing here, something failed, please wait. */
import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import { ApiError } from "../../shared/api";
import { useText } from "../context";
import { usePageFocus } from "../use-focus";
import { Icon } from "./icons";

export interface NoticeAction {
  label: string;
  run: () => void;
}

interface NoticeProps {
  icon: string;
  title: string;
  children?: ComponentChildren;
  action?: NoticeAction | undefined;
  /** A second thing to do, beside the first. */
  other?: NoticeAction | undefined;
  testId: string;
  active?: boolean;
  onLeftEdge?: (() => boolean) | undefined;
}

/** A message with at most two things to do; the first has the focus. */
export function Notice(props: NoticeProps): JSX.Element {
  const actions = [props.action, props.other].filter((action) => action !== undefined);
  const [memory] = useState({});
  const focus = usePageFocus([{ id: "notice", length: actions.length, visible: actions.length }], {
    memory,
    active: props.active !== false,
    onLeftEdge: props.onLeftEdge || (() => false),
  });
  return (
    <section class="notice" ref={focus.root} tabIndex={-1} data-testid={props.testId}>
      <span class="notice-icon">
        <Icon name={props.icon} />
      </span>
      <h2 class="notice-title">{props.title}</h2>
      <div class="notice-text">{props.children}</div>
      <div class="notice-actions">
        {actions.map((action, column) => (
          <button key={action.label} type="button" class="button" data-lane="notice" data-column={column} onClick={action.run}>
            {action.label}
          </button>
        ))}
      </div>
    </section>
  );
}

interface FailureProps {
  error: unknown;
  onRetry: () => void;
  active?: boolean;
  onLeftEdge?: (() => boolean) | undefined;
}

/** What went wrong with a page's data, and a way to try again. */
export function Failure({ error, onRetry, active, onLeftEdge }: FailureProps): JSX.Element {
  const t = useText();
  const status = error instanceof ApiError ? error.status : 0;
  const detail = error instanceof ApiError && status > 0 ? error.problem.detail : "";
  const title = status === 0 ? t("connect.failed") : status === 404 ? t("error.gone") : t("error.server");
  return (
    <Notice
      icon="warning"
      title={title}
      testId="failure"
      active={active !== false}
      onLeftEdge={onLeftEdge}
      action={{ label: t("action.retry"), run: onRetry }}
    >
      {detail ? <p>{detail}</p> : null}
    </Notice>
  );
}

export function Spinner({ label }: { label: string }): JSX.Element {
  return (
    <div class="spinner" role="status" aria-label={label} data-testid="spinner">
      <span class="spinner-ring" />
    </div>
  );
}
