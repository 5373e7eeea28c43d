"""Reads text subtitles with PyAV: tracks of a film, by its index or in one pass, and files. For the helper only."""

import io
from collections import defaultdict
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

import av
from av.container import InputContainer
from av.stream import Discard

from transcoder.broken_cues import without_broken_cues
from transcoder.drawn_file import fonts_part, script_part
from transcoder.matroska_cues import read_lines
from transcoder.media_opening import PyavStream, open_media
from transcoder.mp4_text import read_samples
from transcoder.stored_lines import Line, NoIndexError
from transcoder.subtitle_charsets import decoded
from transcoder.subtitle_text import Event, closed, format_script, format_webvtt

MAX_EVENTS = 200_000  # of one track: a karaoke film has 20,000
MAX_TEXT_SIZE = 32 * 1024 * 1024  # bytes of one track
MAX_FONTS_SIZE = 64 * 1024 * 1024
_LONGEST_S = 10.0  # a subtitle whose end nobody knows
_TEXT_FORMATS = (
    "srt,ass,webvtt,microdvd,subviewer,subviewer1,sami,mpl2,jacosub,vplayer,pjs,realtext,stl,aqtitle"
)
# What libavformat hands on as it is stored; other text it takes apart first.
_STORED_AS_DECODED = frozenset({"subrip", "ass", "ssa"})
_FONT_TYPES = frozenset(
    {"application/x-truetype-font", "application/vnd.ms-opentype", "application/x-font-ttf"}
)

Packet = Any  # generic in its stubs, not when it runs
Text = tuple[bytes, bytes]  # the track as WebVTT and as an ASS script, both in UTF-8


def read_tracks(url: str, indexes: Sequence[int]) -> list[Text]:
    """Return the text tracks with these stream indexes, in their order, in playing time. The film is read whole.

    Raises:
        ValueError: One is no text track.
        av.error.FFmpegError: The file cannot be read.
    """
    with open_media(url) as container:
        streams = _streams(container, indexes)
        for stream in container.streams:
            if stream not in streams and stream.type in ("video", "audio", "subtitle", "data"):
                stream.discard = Discard.all
        return _texts(container.demux(streams), streams, _start_s(container))


def read_indexed_tracks(url: str, indexes: Sequence[int]) -> list[Text]:
    """Return the same by the film's index, of which little else than the text is read.

    Raises:
        NoIndexError: It has none that can be relied on.
        ValueError, av.error.FFmpegError: As for `read_tracks`.
    """
    with open_media(url) as container:
        streams = _streams(container, indexes)
        return [_indexed_text(container, stream, url) for stream in streams]


def read_file(data: bytes, language: str | None, fps: float | None) -> Text:
    """Return a subtitle file's text.

    Args:
        data: The file.
        language: ISO 639-2 code, where its name tells.
        fps: Of the film that it belongs to: MicroDVD counts pictures.

    Raises:
        av.error.FFmpegError: Not a kind of subtitles that we read.
        ValueError: Nothing in it.
    """
    text = io.BytesIO(without_broken_cues(decoded(data, language).replace("\0", "")).encode())
    with _open_text(text, fps) as container:
        stream = next(iter(container.streams.subtitles), None)
        if stream is None:
            raise ValueError("no subtitles")
        return _texts(container.demux(stream), [stream], 0.0)[0]


def drawable(script: bytes) -> bytes:
    """Return a script as the second part of a file to draw from; see `drawn_file`.

    Raises:
        av.error.FFmpegError: It is no script.
    """
    output = _Written()
    with (
        av.open(io.BytesIO(script), "r", format="ass") as source,
        av.open(output, "w", format="matroska") as target,
    ):
        track = target.add_stream_from_template(source.streams.subtitles[0])
        for packet in source.demux():
            if packet.pts is not None:
                packet.stream = track
                target.mux(packet)
    return script_part(bytes(output.data))


def read_fonts(url: str) -> bytes:
    """Return the fonts that came along in a film as the first part of a file to draw from.

    Raises:
        av.error.FFmpegError: The film cannot be opened.
    """
    return fonts_part(_fonts(url))


class _Written:
    """Takes what is written and goes back nowhere: there are fonts before it in the end."""

    def __init__(self) -> None:
        self.data = bytearray()

    def write(self, data: bytes) -> int:
        self.data += data
        return len(data)


def _streams(container: InputContainer, indexes: Sequence[int]) -> list[PyavStream]:
    streams = [container.streams[index] for index in indexes]
    if any(stream.type != "subtitle" for stream in streams):
        raise ValueError("not a subtitle track")
    return streams


def _start_s(container: InputContainer) -> float:
    return (container.start_time or 0) / av.time_base


def _indexed_text(container: InputContainer, stream: PyavStream, url: str) -> Text:
    start_s = _start_s(container)
    events = []
    for line in _indexed_lines(container, stream, url)[:MAX_EVENTS]:
        packet = av.Packet(line.payload)
        packet.time_base = Fraction(1, 1000)
        packet.pts = packet.dts = round(line.start_s * 1000)
        shown_s = line.start_s - start_s
        events += [Event(shown_s, shown_s + line.duration_s, one) for one in _decoded(stream, packet)]
    return _text(stream, events)


def _indexed_lines(container: InputContainer, stream: PyavStream, url: str) -> list[Line]:
    """Return what is stored of a track, by the film's index.

    Raises:
        NoIndexError: It is another kind of film or of text, or has no index that can be relied on.
    """
    if container.format.name.startswith("mov") and _codec(stream) == "mov_text":
        return read_samples(url, stream)
    if not container.format.name.startswith("matroska") or _codec(stream) not in _STORED_AS_DECODED:
        raise NoIndexError("not by an index")
    counts = [value for name, value in stream.metadata.items() if name.startswith("NUMBER_OF_FRAMES")]
    count = int(counts[0]) if counts and counts[0].isdecimal() else None
    return read_lines(url, list(container.streams.subtitles).index(stream), count)


def _open_text(text: io.BytesIO, fps: float | None) -> InputContainer:
    options = {"format_whitelist": _TEXT_FORMATS}
    if fps:
        options["subfps"] = f"{fps:.6f}"
    return av.open(text, "r", options=options, metadata_errors="replace")


def _texts(packets: Iterable[Packet], streams: Sequence[PyavStream], start_s: float) -> list[Text]:
    events: dict[int, list[Event]] = defaultdict(list)
    sizes: dict[int, int] = defaultdict(int)
    for packet in packets:
        own, index = events[packet.stream_index], packet.stream_index
        for line in _lines(packet):
            sizes[index] += len(line)
            if len(own) < MAX_EVENTS and sizes[index] <= MAX_TEXT_SIZE:
                own.append(_event(packet, line, start_s))
    return [_text(stream, events[stream.index]) for stream in streams]


def _text(stream: PyavStream, events: Sequence[Event]) -> Text:
    whole, header = closed(sorted(events, key=lambda one: one.start_s), _LONGEST_S), _header(stream)
    return format_webvtt(header, whole).encode(), format_script(header, whole).encode()


def _lines(packet: Packet) -> list[str]:
    return [] if packet.pts is None else _decoded(packet.stream, packet)


def _decoded(stream: PyavStream, packet: Packet) -> list[str]:
    try:
        found = stream.codec_context.decode2(packet)
    except av.error.FFmpegError:
        return []  # one that is damaged; the others may be whole
    if found is None:
        return []
    return [one.ass.decode("utf-8", "replace") for one in found.rects if one.type == b"ass"]


def _codec(stream: PyavStream) -> str:
    return str(stream.codec_context.codec.canonical_name)


def _event(packet: Packet, line: str, start_s: float) -> Event:
    base = float(packet.time_base)
    shown_s = (packet.pts or 0) * base - start_s
    return Event(shown_s, shown_s + max(packet.duration or 0, 0) * base, line)


def _header(stream: PyavStream) -> str:
    header = stream.codec_context.subtitle_header or b""
    if not header and _codec(stream) in ("ass", "ssa"):
        header = stream.codec_context.extradata or b""
    return bytes(header).decode("utf-8", "replace").replace("\0", "")


def _fonts(url: str) -> list[bytes]:
    fonts: list[bytes] = []
    size = 0
    with open_media(url) as container:
        for stream in container.streams.attachments:
            mime = (stream.mimetype or "").lower()
            data = bytes(stream.data or b"")
            size += len(data)
            if (mime.startswith("font/") or mime in _FONT_TYPES or "font" in mime) and size <= MAX_FONTS_SIZE:
                fonts.append(data)
    return fonts
