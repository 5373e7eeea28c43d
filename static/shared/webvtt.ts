/**
 * WebVTT (W3C) read into lines that a page can draw itself: TVs that play HLS by themselves give no hold on
 * their own subtitles. Regions and style blocks are left out; bold, italic, underline and the line's height stay.
 */

export interface Span {
  text: string;
  bold: boolean;
  italic: boolean;
  underline: boolean;
}

export interface Cue {
  start_s: number;
  end_s: number;
  lines: Span[][];
  /** Shown at the top of the picture. */
  top: boolean;
  align: "left" | "center" | "right";
}

const ARROW = /^\s*((?:\d+:)?\d{1,2}:\d{2}[.,]\d{3})\s+-->\s+((?:\d+:)?\d{1,2}:\d{2}[.,]\d{3})(.*)$/;
const ENTITIES: Record<string, string> = { amp: "&", lt: "<", gt: ">", nbsp: "\u00a0", lrm: "\u200e", rlm: "\u200f", quot: '"', apos: "'" };

function seconds(stamp: string): number {
  return stamp
    .replace(",", ".")
    .split(":")
    .reduce((sum, part) => sum * 60 + Number(part), 0);
}

function unescape(text: string): string {
  return text.replace(/&(#x?[0-9a-f]+|\w+);/gi, (whole, name: string) => {
    if (!name.startsWith("#")) {
      return ENTITIES[name.toLowerCase()] || whole;
    }
    const hex = name.charAt(1).toLowerCase() === "x";
    const code = parseInt(name.slice(hex ? 2 : 1), hex ? 16 : 10);
    return code > 0 && code <= 0xffff ? String.fromCharCode(code) : whole;
  });
}

/** Text with `<b>`, `<i>`, `<u>` and tags of no meaning here, over any number of lines. */
export function parseText(text: string): Span[][] {
  const open = { b: 0, i: 0, u: 0 };
  const lines: Span[][] = [[]];
  for (const piece of text.split(/(<\/?[a-z0-9][^<>]*>|\n)/i)) {
    const tag = /^<(\/?)([biu])(?:[.\s][^>]*)?>$/i.exec(piece);
    if (piece === "\n") {
      lines.push([]);
    } else if (tag) {
      const name = (tag[2] || "").toLowerCase() as "b" | "i" | "u";
      open[name] = Math.max(0, open[name] + (tag[1] === "/" ? -1 : 1));
    } else if (piece !== "" && !/^<\/?[a-z0-9][^<>]*>$/i.test(piece)) {
      const span = { text: unescape(piece), bold: open.b > 0, italic: open.i > 0, underline: open.u > 0 };
      lines[lines.length - 1]?.push(span);
    }
  }
  return lines.filter((line) => line.some((span) => span.text.trim() !== ""));
}

function isTop(settings: string): boolean {
  const line = /\bline:(-?[\d.]+)(%?)/.exec(settings);
  if (!line) {
    return false;
  }
  const value = Number(line[1]);
  return line[2] === "%" ? value < 50 : value >= 0 && value < 6;
}

function alignment(settings: string): Cue["align"] {
  const word = /\balign:(\w+)/.exec(settings)?.[1] || "";
  return word === "start" || word === "left" ? "left" : word === "end" || word === "right" ? "right" : "center";
}

/** Read cues in the order of their beginnings; what is not a cue is passed over. */
export function parseWebVtt(text: string): Cue[] {
  const cues: Cue[] = [];
  for (const block of text.replace(/^\ufeff/, "").replace(/\r\n?/g, "\n").split(/\n{2,}/)) {
    const lines = block.split("\n");
    const at = ARROW.test(lines[0] || "") ? 0 : 1;
    const timing = ARROW.exec(lines[at] || "");
    if (timing) {
      const settings = timing[3] || "";
      const cue = {
        start_s: seconds(timing[1] || ""),
        end_s: seconds(timing[2] || ""),
        lines: parseText(lines.slice(at + 1).join("\n")),
        top: isTop(settings),
        align: alignment(settings),
      };
      if (cue.end_s > cue.start_s && cue.lines.length > 0) {
        cues.push(cue);
      }
    }
  }
  return cues.sort((a, b) => a.start_s - b.start_s);
}

/** Cues to show at a moment. Looked up several times a second in lists of thousands. */
export class CueTrack {
  private readonly cues: Cue[];
  /** Latest end of this cue and all before: where it is past, nothing earlier can still show. */
  private readonly latest: number[] = [];
  private before: Cue[] = [];

  constructor(cues: Cue[]) {
    this.cues = cues;
    let end = 0;
    for (const cue of cues) {
      end = Math.max(end, cue.end_s);
      this.latest.push(end);
    }
  }

  /** The same array as long as the same cues show. */
  at(position_s: number): Cue[] {
    const found: Cue[] = [];
    for (let index = this.lastBegun(position_s); index >= 0 && (this.latest[index] || 0) > position_s; index--) {
      const cue = this.cues[index];
      if (cue && cue.end_s > position_s) {
        found.unshift(cue);
      }
    }
    const same = found.length === this.before.length && found.every((cue, index) => cue === this.before[index]);
    if (!same) {
      this.before = found;
    }
    return this.before;
  }

  private lastBegun(position_s: number): number {
    let low = 0;
    let high = this.cues.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.cues[middle]?.start_s || 0) <= position_s) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low - 1;
  }
}
