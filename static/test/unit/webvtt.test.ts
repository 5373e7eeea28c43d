import { describe, expect, it } from "vitest";
import { CueTrack, parseText, parseWebVtt } from "../../shared/webvtt";

const FILE = `\ufeffWEBVTT - a title

NOTE a remark
of two lines

STYLE
::cue { color: red }

1
00:00:01.000 --> 00:00:04.500
Zaunkönig sings.

00:05.250 --> 00:07.000 line:10% align:start position:20%
<i>Top</i> left
second line

3
01:00:00,000 --> 01:00:02,000
late, with commas

00:09.000 --> 00:08.000
runs backwards

00:10.000 --> 00:11.000
`;

function plain(lines: { text: string }[][]): string[] {
  return lines.map((line) => line.map((span) => span.text).join(""));
}

describe("a file", () => {
  const cues = parseWebVtt(FILE.replace(/\n/g, "\r\n"));

  it("gives its cues and nothing else", () => {
    expect(cues.map((cue) => [cue.start_s, cue.end_s])).toEqual([[1, 4.5], [5.25, 7], [3600, 3602]]);
    expect(plain(cues[0]!.lines)).toEqual(["Zaunkönig sings."]);
  });

  it("says where lines stand", () => {
    expect(cues.map((cue) => [cue.top, cue.align])).toEqual([[false, "center"], [true, "left"], [false, "center"]]);
    expect(plain(cues[1]!.lines)).toEqual(["Top left", "second line"]);
  });
});

it.each([
  ["line:0", true],
  ["line:-1", false],
  ["line:90%", false],
  ["line:84.5%,end", false],
  ["", false],
])("the setting %j puts a cue at the top: %s", (settings, top) => {
  expect(parseWebVtt(`WEBVTT\n\n00:01.000 --> 00:02.000 ${settings}\nx`)[0]!.top).toBe(top);
});

describe("text", () => {
  it("is bold, italic and underlined where tags say so, over lines and inside each other", () => {
    const lines = parseText("<b>a <i>b</b>\nc</i> <u>d</u>");
    expect(lines.map((line) => line.map((span) => [span.text, span.bold, span.italic, span.underline]))).toEqual([
      [["a ", true, false, false], ["b", true, true, false]],
      [["c", false, true, false], [" ", false, false, false], ["d", false, false, true]],
    ]);
  });

  it("loses the tags that mean nothing here, never its words", () => {
    expect(plain(parseText("<v Anna>Hello <c.yellow>you</c></v><00:00:02.000>!"))).toEqual(["Hello you!"]);
    expect(plain(parseText("2 < 3 and 4 > 3"))).toEqual(["2 < 3 and 4 > 3"]);
  });

  it("has its signs", () => {
    expect(plain(parseText("&lt;b&gt; &amp;amp; &#233; &#xE9; &unknown;"))).toEqual(["<b> &amp; é é &unknown;"]);
  });
});

describe("cues over time", () => {
  const cue = (start_s: number, end_s: number) => ({ start_s, end_s, lines: [], top: false, align: "center" as const });
  const long = cue(0, 100);
  const track = new CueTrack([long, cue(1, 2), cue(3, 5), cue(4, 6), cue(200, 201)]);
  const at = (position_s: number) => track.at(position_s).map((one) => one.start_s);

  it("show from their first to their last moment, several at once", () => {
    expect([at(0.5), at(1), at(1.999), at(2), at(4.5), at(150), at(200.5), at(300)]).toEqual([[0], [0, 1], [0, 1], [0], [0, 3, 4], [], [200], []]);
  });

  it("are the same array while nothing changes, so that nothing is drawn again", () => {
    expect(track.at(4.1)).toBe(track.at(4.2));
    expect(new CueTrack([]).at(1)).toEqual([]);
  });
});
