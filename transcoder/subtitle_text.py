r"""Text subtitles between formats: events as libavcodec gives them, to WebVTT and to an ASS script. Pure.

libavcodec's decoders turn every text format into lines of Advanced SubStation: fields with commas between them, the
last of which is the text with its marks (`{\i1}`, `\N`). Which fields there are, the script's header says.

Source: WebVTT, W3C; the ASS file format specification of libass.
"""

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

_FIELDS = "Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text"
_HEADER = f"""[Script Info]
ScriptType: v4.00+
PlayResX: 384
PlayResY: 288
ScaledBorderAndShadow: yes

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, BackColour, Bold, BorderStyle, Outline, Shadow, Alignment, MarginV
Style: Default,Arial,16,&Hffffff,&H0,0,1,1,0,2,10

[Events]
Format: {_FIELDS}
"""
_EVENT_FORMAT = re.compile(r"^\[events\]\s*$.*?^format:(.*?)$", re.IGNORECASE | re.MULTILINE | re.DOTALL)
_MARKS = re.compile(r"\{([^{}]*)\}")
_SWITCH = re.compile(r"\\([biu])([01])(?![0-9])")
_WEIGHT = re.compile(r"\\b([1-9]00)")
_PLACE = re.compile(r"\\an([1-9])")
_DRAWING = re.compile(r"\\p([0-9]+)")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
# Alignments are those of a number pad: 1 2 3 is the lower row.
_LINES = ("", "line:45%", "line:5%")
_MOST_REPEATED = 8  # cues that lie one over another


@dataclass(frozen=True, slots=True)
class Event:
    """One subtitle: shown from `start_s` to `end_s` (playing time), with what the decoder gave for it."""

    start_s: float
    end_s: float
    line: str  # ReadOrder, then the script's fields without Start and End


@dataclass(frozen=True, slots=True)
class Cue:
    """What is shown, as text with WebVTT's marks."""

    start_s: float
    end_s: float
    text: str
    place: str = ""  # cue settings


def fields_of(header: str) -> list[str]:
    """Return the names of the fields of a script's events, in lower case."""
    found = _EVENT_FORMAT.search(header.replace("\r\n", "\n"))
    names = [name.strip().lower() for name in (found[1] if found else _FIELDS).split(",")]
    return names if names[-1] == "text" else [name.strip().lower() for name in _FIELDS.split(",")]


def text_of(line: str, fields: Sequence[str]) -> str:
    """Return the text of an event's line: its last field, which may have commas of its own."""
    # ReadOrder comes in addition, the text does not.
    before = sum(name not in ("start", "end") for name in fields)
    parts = line.split(",", before)
    return parts[before] if len(parts) > before else ""


def format_webvtt(header: str, events: Iterable[Event]) -> str:
    """Return events as a WebVTT file: italics, bold and underline are kept, other styling is not."""
    fields = fields_of(header)
    cues = [_cue(event, text_of(event.line, fields)) for event in events]
    shown = sorted((cue for cue in cues if cue.text), key=lambda cue: (cue.start_s, cue.end_s))
    blocks = ["WEBVTT\n"]
    for at, cue in enumerate(shown):
        # Layers of one styled line (its shadow, its outline) are the same text at the same time.
        if cue in shown[max(0, at - _MOST_REPEATED) : at]:
            continue
        settings = f" {cue.place}" if cue.place else ""
        blocks.append(f"{_time(cue.start_s)} --> {_time(cue.end_s)}{settings}\n{cue.text}\n")
    return "\n".join(blocks)


def format_script(header: str, events: Iterable[Event]) -> str:
    """Return events as an ASS script with the styles of `header`, or a plain one where that is empty."""
    fields = fields_of(header)
    head = header.replace("\r\n", "\n").rstrip("\n") + "\n" if header.strip() else _HEADER
    if not _EVENT_FORMAT.search(head):
        head += f"\n[Events]\nFormat: {_FIELDS}\n"
    lines = []
    for event in sorted(events, key=lambda one: one.start_s):
        values = iter(event.line.split(",", len(fields) - 2)[1:])
        times = {"start": _script_time(event.start_s), "end": _script_time(event.end_s)}
        own = [times[name] if name in times else next(values, "") for name in fields]
        lines.append("Dialogue: " + ",".join(own).replace("\r", "").replace("\n", "\\N"))
    return head + "\n".join(lines) + "\n"


def closed(events: Sequence[Event], longest_s: float) -> list[Event]:
    """Return events with an end: what has none is shown until the next one begins, or for `longest_s`."""
    if not events:
        return []
    followed = [
        one
        if one.end_s > one.start_s
        else Event(one.start_s, min(after.start_s, one.start_s + longest_s), one.line)
        for one, after in pairwise(events)
    ]
    last = events[-1]
    end_s = last.end_s if last.end_s > last.start_s else last.start_s + longest_s
    return [*(one for one in followed if one.end_s > one.start_s), Event(last.start_s, end_s, last.line)]


def _cue(event: Event, text: str) -> Cue:
    found = _PLACE.search(text)
    place = _LINES[(int(found[1]) - 1) // 3] if found else ""
    return Cue(max(event.start_s, 0.0), event.end_s, _marked(text) if event.end_s > 0 else "", place)


def _marked(text: str) -> str:
    """Return ASS text with WebVTT's marks in place of its own, each closed within the cue."""
    pieces: list[str] = []
    opened: list[str] = []
    drawing = False
    for number, piece in enumerate(_MARKS.split(text)):
        if number % 2:
            if (mode := _DRAWING.search(piece)) is not None:
                drawing = mode[1].strip("0") != ""
            _switch(_WEIGHT.sub(r"\\b1", piece), opened, pieces)
        elif not drawing:
            pieces.append(_escaped(piece))
    pieces += [f"</{mark}>" for mark in reversed(opened)]
    # An empty line would end the cue.
    lines = [line.strip() for line in "".join(pieces).split("\n")]
    kept = "\n".join(line for line in lines if line)
    return kept if re.sub(r"</?[biu]>", "", kept).strip() else ""


def _switch(marks: str, opened: list[str], pieces: list[str]) -> None:
    """Open and close what an override block switches on and off; marks stay nested."""
    if "\\r" in marks:
        pieces += [f"</{mark}>" for mark in reversed(opened)]
        opened.clear()
    for mark, state in _SWITCH.findall(marks):
        if state == "1" and mark not in opened:
            opened.append(mark)
            pieces.append(f"<{mark}>")
        elif state == "0" and mark in opened:
            at = opened.index(mark)
            inner = opened[at + 1 :]
            pieces += [f"</{one}>" for one in reversed(opened[at:])] + [f"<{one}>" for one in inner]
            opened[at:] = inner


def _escaped(text: str) -> str:
    plain = text.replace("\\N", "\n").replace("\\n", "\n").replace("\\h", "\N{NO-BREAK SPACE}")
    return html.escape(_CONTROLS.sub("", plain), quote=False)


def _time(seconds: float) -> str:
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}.{rest % 1000:03}"


def _script_time(seconds: float) -> str:
    hundredths = max(0, round(seconds * 100))
    minutes, rest = divmod(hundredths, 6000)
    return f"{minutes // 60}:{minutes % 60:02}:{rest // 100:02}.{rest % 100:02}"
