"""Subtitles by the index of a Matroska film: films of ffmpeg's, and hand-made ones as other programs write them."""

import contextlib
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transcoder.conftest import H264
from transcoder import SubtitleHelper
from transcoder.matroska_cues import lines_in, read_lines
from transcoder.stored_lines import Line, NoIndexError

SRT = "".join(f"{n + 1}\n00:00:0{n},100 --> 00:00:0{n},900\nLine {n}{', and on' * n}\n\n" for n in range(9))


def element(kind: int, data: bytes) -> bytes:
    return (
        kind.to_bytes((kind.bit_length() + 7) // 8, "big") + (len(data) | 1 << 28).to_bytes(4, "big") + data
    )


def number(kind: int, value: int) -> bytes:
    return element(kind, value.to_bytes(4, "big"))


def film(lines, writer=b"Lavf", encodings=b"", laced=0, described=True) -> bytes:
    """Return a film of one track of text, number 3, without a picture, its times in milliseconds."""
    track = number(0xD7, 3) + number(0x83, 0x11) + (element(0x6D80, encodings) if encodings else b"")
    info = element(0x1549A966, number(0x2AD7B1, 1_000_000) + element(0x4D80, writer))
    tracks = element(0x1654AE6B, element(0xAE, number(0xD7, 1) + number(0x83, 1)) + element(0xAE, track))

    def whole(cues_at: int, cluster_at: int) -> tuple[bytes, int, int]:
        found = element(0x4DBB, element(0x53AB, b"\x1c\x53\xbb\x6b") + number(0x53AC, cues_at))
        head = (element(0x114D9B74, found) if described else b"") + info + tracks
        blocks, points = number(0xE7, 0), b""
        for start, duration, payload in lines:
            block = b"\x83" + start.to_bytes(2, "big") + bytes([laced]) + payload
            place = number(0xF7, 3) + number(0xF1, cluster_at) + number(0xF0, len(blocks))
            points += element(0xBB, number(0xB3, start) + element(0xB7, place))
            blocks += element(0xA0, element(0xA1, block) + number(0x9B, duration))
        cluster, index = element(0x1F43B675, blocks), element(0x1C53BB6B, points)
        return element(0x18538067, head + cluster + index), len(head) + len(cluster), len(head)

    _, cues_at, cluster_at = whole(0, 0)
    return element(0x1A45DFA3, b"") + whole(cues_at, cluster_at)[0]


class Bytes:
    """Reads ranges of bytes in memory."""

    def __init__(self, data: bytes):
        self.data = data

    def read(self, start: int, size: int) -> bytes:
        return self.data[start : start + size]


def lines_of(data: bytes, count=None) -> list[Line]:
    """Return the lines of a film in memory."""
    return lines_in(Bytes(data), 0, count)


STORED = [(100, 800, b"one"), (2000, 1500, b"two, " * 5000)]
WANTED = [Line(0.1, 0.8, b"one"), Line(2.0, 1.5, b"two, " * 5000)]


def test_lines_are_read_where_the_index_says():
    assert lines_of(film(STORED)) == WANTED


def test_an_index_is_believed_only_with_a_reason():
    unknown = film(STORED, writer=b"libebml v1.4.4 + libmatroska v1.7.1")
    assert lines_of(unknown, 2) == WANTED
    for count in (None, 3):
        with pytest.raises(NoIndexError):
            lines_of(unknown, count)


def test_compressed_lines_are_opened():
    packed = [(start, duration, zlib.compress(text)) for start, duration, text in STORED]
    zlibbed = element(0x6240, element(0x5034, number(0x4254, 0)))
    assert lines_of(film(packed, encodings=zlibbed)) == WANTED
    stripped = [(start, duration, text[1:]) for start, duration, text in STORED[:1]]
    without = element(0x6240, element(0x5034, number(0x4254, 3) + element(0x4255, b"o")))
    assert lines_of(film(stripped, encodings=without)) == WANTED[:1]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x1aE\xdf\xa3",
        film([]),
        film(STORED, described=False),
        film(STORED, laced=2),
        film(STORED, encodings=element(0x6240, element(0x5035, b""))),
        film(STORED, encodings=element(0x6240, element(0x5034, number(0x4254, 1)))),
        film(STORED)[:-20],
    ],
)
def test_what_cannot_be_relied_on_is_refused(data):
    with pytest.raises(NoIndexError):
        lines_of(data, 2)


@given(st.data())
def test_damage_is_never_more_than_a_missing_index(data):
    whole = bytearray(film([(100, 800, b"one"), (2000, 1500, b"two")]))
    for _ in range(data.draw(st.integers(0, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(NoIndexError):
        assert all(isinstance(line, Line) for line in lines_of(bytes(whole), 2))


@pytest.mark.ffmpeg
@pytest.mark.parametrize("codec", ["srt", "ass"])
def test_the_index_gives_what_the_whole_film_gives(clips, media_server, codec):
    clips.make("seen.mkv", *H264, sound=False)
    (clips._folder / "said.srt").write_text(SRT)
    added = ("-i", str(clips._folder / "said.srt"), "-map", "0", "-map", "1", "-c:v", "copy", "-c:s", codec)
    indexed = clips.remake(f"indexed-{codec}.mkv", "seen.mkv", *added, "-output_ts_offset", "50")
    bare = clips.remake(f"bare-{codec}.mkv", "seen.mkv", *added, "-output_ts_offset", "50", "-live", "1")
    assert len(read_lines(media_server.offer("indexed.mkv", indexed), 0, None)) == 9
    with pytest.raises(NoIndexError):
        read_lines(media_server.offer("bare.mkv", bare), 0, 9)
    with SubtitleHelper() as helper:
        texts = [
            helper.tracks(media_server.offer(name, data), [1])[0]
            for name, data in (("indexed.mkv", indexed), ("bare.mkv", bare))
        ]
    assert texts[0] == texts[1]
    assert texts[0].webvtt.count(b"-->") == 9
    assert b"00:00:08.100 --> 00:00:08.900\nLine 8, and on" in texts[0].webvtt
