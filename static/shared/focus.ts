/**
 * Where the focus is on a page made of lanes, and how arrows move it.
 *
 * Arithmetic only: no element is measured, so a move costs the same on a page of ten cards or ten
 * thousand, and a weak TV never lays the page out twice for one key.
 */

export type Direction = "left" | "right" | "up" | "down";

export interface Lane {
  id: string;
  length: number;
  /** Cards that fit side by side. */
  visible: number;
  /** Lines of one wrapped list: Up and Down keep the column, nothing is remembered per line. */
  grid?: boolean;
}

interface LaneMemory {
  column: number;
  /** First card on the screen. */
  offset: number;
}

export interface FocusSnapshot {
  lane: string;
  /** Where that lane was among the others; those above it may have come or gone since. */
  index?: number;
  top: number;
  memory: Record<string, LaneMemory>;
}

export interface FocusOptions {
  /** Leading lanes that stay where they are (a hero's button), outside the scrolled list. */
  fixedLanes?: number;
  /** Lanes kept above the focused one while the list slides. */
  laneAnchor?: number;
  /** Lanes wholly on the screen: the list does not slide further than its end. */
  lanesVisible?: number;
}

/** The column that the focused card keeps while its row slides under it. */
export const ANCHOR_COLUMN = 1;

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}

export class RowsFocus {
  private lanes: Lane[] = [];
  private laneIndex = 0;
  private first = 0;
  private memory: Record<string, LaneMemory> = {};
  /** Lane of a snapshot that has not been loaded yet. */
  private wanted: string | null = null;
  private wantedIndex: number | null = null;
  private readonly fixedLanes: number;
  private readonly laneAnchor: number;
  private readonly lanesVisible: number;

  constructor(options: FocusOptions = {}, snapshot?: FocusSnapshot) {
    this.fixedLanes = options.fixedLanes || 0;
    this.laneAnchor = options.laneAnchor || 0;
    this.lanesVisible = options.lanesVisible || 1;
    if (snapshot) {
      this.memory = { ...snapshot.memory };
      this.first = snapshot.top;
      this.wanted = snapshot.lane;
      this.wantedIndex = snapshot.index === undefined ? null : snapshot.index;
    }
  }

  /** Replace the lanes, keeping the focus on its lane and card where they still exist. */
  setLanes(lanes: Lane[]): void {
    const current = this.wanted !== null ? this.wanted : this.lane ? this.lane.id : null;
    this.lanes = lanes;
    const found = current === null ? -1 : this.indexOf(current);
    if (found >= 0) {
      // Lanes that came or went above must not push the focused one off its place on the screen.
      const before = this.wanted === null ? (current === null ? null : this.laneIndex) : this.wantedIndex;
      if (before !== null && found >= this.fixedLanes) {
        this.first += found - before;
      }
      this.laneIndex = found;
      this.wanted = null;
    } else if (this.wanted === null) {
      this.laneIndex = clamp(this.laneIndex, 0, Math.max(0, lanes.length - 1));
    }
    if (this.laneIndex >= lanes.length) {
      this.laneIndex = 0;
    }
    this.leaveEmptyLane();
    if (this.wanted === null) {
      this.first = clamp(this.first, 0, this.lastTop());
    }
  }

  get lane(): Lane | null {
    return this.lanes[this.laneIndex] || null;
  }

  get index(): number {
    return this.laneIndex;
  }

  get column(): number {
    return this.lane ? this.columnOf(this.lane.id) : 0;
  }

  /** First lane on the screen, counted without the fixed ones. */
  get top(): number {
    return Math.min(this.first, this.lastTop());
  }

  columnOf(id: string): number {
    const lane = this.lanes[this.indexOf(id)];
    const memory = this.memory[id];
    return lane && memory ? clamp(memory.column, 0, Math.max(0, lane.length - 1)) : 0;
  }

  offsetOf(id: string): number {
    const lane = this.lanes[this.indexOf(id)];
    const memory = this.memory[id];
    return lane && memory ? clamp(memory.offset, 0, Math.max(0, lane.length - lane.visible)) : 0;
  }

  isFocused(id: string, column: number): boolean {
    return this.lane !== null && this.lane.id === id && this.column === column;
  }

  /** Move by `step` cards or lanes; false at an edge, where nothing moved. */
  move(direction: Direction, step = 1): boolean {
    if (!this.lane) {
      return false;
    }
    this.settle();
    if (direction === "left" || direction === "right") {
      return this.moveColumn(direction === "left" ? -step : step);
    }
    return this.moveLane(direction === "up" ? -1 : 1);
  }

  /** Focus a card without sliding anything: what a hovering pointer does. */
  point(id: string, column: number): boolean {
    const index = this.indexOf(id);
    const lane = this.lanes[index];
    if (!lane || column < 0 || column >= lane.length || this.isFocused(id, column)) {
      return false;
    }
    this.laneIndex = index;
    this.wanted = null;
    this.remember(lane, column, this.offsetOf(id));
    return true;
  }

  /** Focus a card and slide it into view. */
  jump(id: string, column: number): void {
    const index = this.indexOf(id);
    const lane = this.lanes[index];
    if (lane) {
      this.laneIndex = index;
      this.wanted = null;
      this.place(lane, clamp(column, 0, Math.max(0, lane.length - 1)));
      this.followLane();
    }
  }

  /** Slide one row by a screenful: the arrows that a pointer finds at a row's ends. */
  page(id: string, pages: number): boolean {
    const lane = this.lanes[this.indexOf(id)];
    if (!lane) {
      return false;
    }
    const before = this.offsetOf(id);
    const offset = clamp(before + pages * lane.visible, 0, Math.max(0, lane.length - lane.visible));
    this.remember(lane, clamp(this.columnOf(id), offset, offset + lane.visible - 1), offset);
    return offset !== before;
  }

  /** Slide the list of lanes: a wheel. The focus goes along when it would leave the screen. */
  scroll(lanes: number): boolean {
    this.settle();
    const top = clamp(this.first + lanes, 0, this.lastTop());
    if (top === this.first) {
      return false;
    }
    this.first = top;
    const focused = this.laneIndex - this.fixedLanes;
    if (focused >= 0) {
      const inside = clamp(focused, top, top + Math.max(0, this.lanesVisible - 1));
      this.enterLane(inside + this.fixedLanes, this.slot());
    }
    return true;
  }

  snapshot(): FocusSnapshot {
    return { lane: this.lane ? this.lane.id : "", index: this.laneIndex, top: this.first, memory: { ...this.memory } };
  }

  /** The person acts on what is there: a lane that was waited for is given up. */
  private settle(): void {
    this.wanted = null;
    this.first = this.top;
  }

  private indexOf(id: string): number {
    for (let index = 0; index < this.lanes.length; index++) {
      if (this.lanes[index]?.id === id) {
        return index;
      }
    }
    return -1;
  }

  private lastTop(): number {
    return Math.max(0, this.lanes.length - this.fixedLanes - this.lanesVisible);
  }

  /** How far from the left edge of the screen the focused card stands, in cards. */
  private slot(): number {
    return this.lane ? this.column - this.offsetOf(this.lane.id) : 0;
  }

  private moveColumn(by: number): boolean {
    const lane = this.lane;
    if (!lane) {
      return false;
    }
    const column = clamp(this.column + by, 0, Math.max(0, lane.length - 1));
    if (column === this.column) {
      return false;
    }
    this.place(lane, column);
    return true;
  }

  private moveLane(by: 1 | -1): boolean {
    const slot = this.slot();
    for (let index = this.laneIndex + by; index >= 0 && index < this.lanes.length; index += by) {
      if ((this.lanes[index]?.length || 0) > 0) {
        this.enterLane(index, slot);
        this.followLane();
        return true;
      }
    }
    return false;
  }

  private enterLane(index: number, slot: number): void {
    const lane = this.lanes[index];
    if (!lane) {
      return;
    }
    this.laneIndex = index;
    if (lane.grid || !this.memory[lane.id]) {
      const offset = this.offsetOf(lane.id);
      this.remember(lane, clamp(offset + slot, 0, Math.max(0, lane.length - 1)), offset);
    }
  }

  /** Put the focus on a card and slide its row so that the card stands at the anchor column. */
  private place(lane: Lane, column: number): void {
    const last = Math.max(0, lane.length - lane.visible);
    const offset = lane.grid ? 0 : clamp(column - ANCHOR_COLUMN, 0, last);
    this.remember(lane, column, offset);
  }

  private remember(lane: Lane, column: number, offset: number): void {
    this.memory[lane.id] = { column, offset };
  }

  private followLane(): void {
    const focused = this.laneIndex - this.fixedLanes;
    this.first = clamp(focused - this.laneAnchor, 0, this.lastTop());
  }

  private leaveEmptyLane(): void {
    if (this.lane && this.lane.length > 0) {
      return;
    }
    for (let index = 0; index < this.lanes.length; index++) {
      if ((this.lanes[index]?.length || 0) > 0) {
        this.laneIndex = index;
        return;
      }
    }
  }
}
