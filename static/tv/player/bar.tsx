/** The bar of buttons below the progress, and the menu that opens above it. */
import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { BarState } from "../../shared/bar";
import type { PlayerMachine } from "../../shared/machine";
import { Icon } from "../parts/icons";
import type { Entry, MenuDef, Menus } from "./menus";
import { menuNamed } from "./menus";

interface BarProps {
  menus: Menus;
  state: BarState;
  machine: PlayerMachine;
}

export function PlayerBar({ menus, state, machine }: BarProps): JSX.Element {
  return (
    <div class="bar" data-testid="bar">
      {menus.bar.map((menu, index) => (
        <button
          key={menu.name}
          type="button"
          tabIndex={-1}
          class={"bar-button" + (state.menu === menu.name ? " open" : "")}
          data-lane="bar"
          data-column={index}
          data-testid={"bar-" + menu.name}
          aria-haspopup={menu.columns ? "menu" : undefined}
          aria-expanded={menu.columns ? (state.menu === menu.name ? "true" : "false") : undefined}
          onClick={() => {
            machine.touch((bar) => { bar.pressButton(index); }, Date.now());
          }}
        >
          <Icon name={menu.icon} />
          <span class="bar-label">{menu.label}</span>
          {menu.value ? <span class="bar-value">{menu.value}</span> : null}
        </button>
      ))}
    </div>
  );
}

/** The menu that is open, null when none is. */
export function PlayerMenu({ menus, state, machine }: BarProps): JSX.Element | null {
  const menu = state.menu === null ? undefined : menuNamed(menus, state.menu);
  if (!menu?.columns) {
    return null;
  }
  const columns = menu.columns();
  return (
    <div class={"menu menu-" + String(columns.length)} role="group" aria-label={menu.label} data-testid="menu" data-menu={menu.name}>
      {columns.map((column, index) => (
        <Column
          key={index}
          menu={menu}
          column={index}
          heading={column.heading}
          entries={column.entries}
          focused={state.column === index ? state.entry : -1}
          machine={machine}
        />
      ))}
    </div>
  );
}

interface ColumnProps {
  menu: MenuDef;
  column: number;
  heading: string;
  entries: Entry[];
  /** -1 while the focus is in another column. */
  focused: number;
  machine: PlayerMachine;
}

function Column({ menu, column, heading, entries, focused, machine }: ColumnProps): JSX.Element {
  const list = useRef<HTMLDivElement>(null);
  const current = entries.map((entry) => Boolean(entry.current)).indexOf(true);
  const shown = focused >= 0 ? focused : current;
  useLayoutEffect(() => {
    const frame = list.current;
    const target = frame?.children[shown];
    if (frame && target instanceof HTMLElement) {
      reveal(frame, target);
    }
  }, [shown]);
  return (
    <div class="menu-column">
      <p class="menu-heading">{heading}</p>
      <div class="menu-list" ref={list} role="menu" aria-label={heading}>
        {entries.map((entry, index) => (
          <button
            key={index}
            type="button"
            tabIndex={-1}
            class={"menu-entry" + (entry.current ? " current" : "")}
            role="menuitemradio"
            aria-checked={entry.current ? "true" : "false"}
            data-lane={"menu-" + String(column)}
            data-column={index}
            data-testid={"entry-" + menu.name}
            onClick={() => {
              machine.touch((bar) => { bar.chooseEntry(column, index); }, Date.now());
            }}
          >
            <span class="menu-sign">{entry.current ? <Icon name="check" /> : null}</span>
            <span class="menu-label">{entry.label}</span>
            {entry.note ? <span class="menu-note">{entry.note}</span> : null}
          </button>
        ))}
      </div>
    </div>
  );
}

/** Slide a list so that an entry and a little of its neighbours are in it. */
function reveal(frame: HTMLElement, target: HTMLElement): void {
  const spare = target.offsetHeight / 2;
  const top = target.offsetTop - frame.offsetTop;
  if (top - spare < frame.scrollTop) {
    frame.scrollTop = top - spare;
  } else if (top + target.offsetHeight + spare > frame.scrollTop + frame.clientHeight) {
    frame.scrollTop = top + target.offsetHeight + spare - frame.clientHeight;
  }
}
