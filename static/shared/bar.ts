/**
 * The player's buttons and menus as layers under the arrows: the film itself, the bar of buttons, a menu above
 * a button. A menu is made of columns of entries. What a button or an entry does is the port's affair.
 */
import type { Action, Held } from "./keys";

export type Layer = "film" | "bar" | "menu";

export interface BarState {
  layer: Layer;
  /** Index of the button that has the focus, or had it last. */
  button: number;
  menu: string | null;
  column: number;
  entry: number;
}

export interface MenuColumn {
  length: number;
  /** The entry that holds now, -1 for none. */
  current: number;
}

export interface MenuPort {
  buttons(): string[];
  /** Columns of a button's menu, empty when pressing it does something at once. */
  columns(menu: string): MenuColumn[];
  /** Do what a button without a menu does. */
  press(button: string): void;
  /** Choose an entry; the answer is the menu to show then, null to go back to the bar. */
  choose(menu: string, column: number, entry: number): string | null;
}

const AWAY: BarState = { layer: "film", button: 0, menu: null, column: 0, entry: 0 };

function clamp(value: number, length: number): number {
  return Math.max(0, Math.min(length - 1, value));
}

export class Bar {
  state: BarState = AWAY;
  private readonly port: MenuPort;
  /** Menus that led to the one that is shown. */
  private above: BarState[] = [];

  constructor(port: MenuPort) {
    this.port = port;
  }

  /** An arrow or OK; false when it is for the film. */
  key(action: Action, held: Held): boolean {
    switch (this.state.layer) {
      case "film":
        return (action === "up" || action === "down") && this.enter();
      case "bar":
        return this.inBar(action, held);
      case "menu":
        return this.inMenu(action, held);
    }
  }

  /** Close the innermost layer; false when the film itself has the focus. */
  back(): boolean {
    if (this.state.layer === "menu") {
      const before = this.above.pop();
      this.state = before || { ...this.state, layer: "bar", menu: null };
      return true;
    }
    if (this.state.layer === "bar") {
      this.leave();
      return true;
    }
    return false;
  }

  /** Back to the film, whatever is open. */
  leave(): void {
    this.above = [];
    if (this.state.layer !== "film") {
      this.state = { ...this.state, layer: "film", menu: null };
    }
  }

  /** The pointer is over a button. */
  pointButton(button: number): void {
    if (this.state.layer !== "menu") {
      this.state = { ...this.state, layer: "bar", button };
    }
  }

  pointEntry(column: number, entry: number): void {
    if (this.state.layer === "menu") {
      this.state = { ...this.state, column, entry };
    }
  }

  /** Press a button: by OK or by the pointer, which also closes the menu of another. */
  pressButton(button: number): void {
    const name = this.port.buttons()[button];
    if (name === undefined) {
      return;
    }
    const again = this.state.menu === name;
    this.above = [];
    this.state = { ...this.state, layer: "bar", button, menu: null };
    if (this.port.columns(name).length === 0) {
      this.port.press(name);
    } else if (!again) {
      this.open(name);
    }
  }

  chooseEntry(column: number, entry: number): void {
    const { menu } = this.state;
    if (menu === null) {
      return;
    }
    this.state = { ...this.state, column, entry };
    const then = this.port.choose(menu, column, entry);
    if (then === null) {
      this.above = [];
      this.state = { ...this.state, layer: "bar", menu: null };
    } else if (then !== menu) {
      this.above.push(this.state);
      this.open(then);
    }
  }

  private enter(): boolean {
    const count = this.port.buttons().length;
    if (count > 0) {
      this.state = { ...this.state, layer: "bar", button: clamp(this.state.button, count) };
    }
    return count > 0;
  }

  private open(menu: string): void {
    const columns = this.port.columns(menu);
    // A column with one entry leaves nothing to choose: begin beside it.
    const first = columns.map((column) => column.length > 1).indexOf(true);
    const column = Math.max(0, first);
    this.state = { ...this.state, layer: "menu", menu, column, entry: Math.max(0, columns[column]?.current || 0) };
  }

  private inBar(action: Action, held: Held): boolean {
    const { button } = this.state;
    switch (action) {
      case "left":
      case "right":
        this.state = { ...this.state, button: clamp(button + (action === "left" ? -1 : 1), this.port.buttons().length) };
        return true;
      case "up":
        if (!held.repeat) {
          this.leave();
        }
        return true;
      case "down":
        return true;
      case "ok":
        if (!held.repeat) {
          this.pressButton(button);
        }
        return true;
      default:
        return false;
    }
  }

  private inMenu(action: Action, held: Held): boolean {
    const { menu, column, entry } = this.state;
    const columns = this.port.columns(menu || "");
    const length = columns[column]?.length || 0;
    switch (action) {
      case "up":
      case "down":
        this.state = { ...this.state, entry: clamp(entry + (action === "up" ? -1 : 1), length) };
        return true;
      case "left":
      case "right":
        this.sideways(columns, column + (action === "left" ? -1 : 1));
        return true;
      case "ok":
        if (!held.repeat) {
          this.chooseEntry(column, entry);
        }
        return true;
      default:
        return false;
    }
  }

  private sideways(columns: MenuColumn[], column: number): void {
    const there = columns[column];
    if (there) {
      this.state = { ...this.state, column, entry: Math.max(0, there.current) };
    }
  }
}
