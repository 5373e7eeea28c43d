"""Encoders' output, made by hand, put into segments."""

import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcoder import fmp4, mpegts
from transcoder.assembly import Fmp4Assembly
from transcoder.boxes import build, build_full, require, walk
from transcoder.segments import EPOCH_S, SegmentPlan
from transcoder.transport_assembly import TransportAssembly

PLAN = SegmentPlan((0.0, 2.0, 4.0, 6.0))
SCALES = {"video": 90000, "audio": 48000}


class Segments:
    """An output that keeps everything."""

    def __init__(self):
        self.init = None
        self.data = {}
        self.stop = None

    def set_init(self, init):
        self.init = init

    def append(self, index, data):
        self.data[index] = self.data.get(index, b"") + data

    def complete(self, stop):
        self.stop = stop

    def packets(self, track):
        """(segment, packet's time in seconds, its bytes) in the order they were handed on."""
        wanted = {"video": fmp4.VIDEO_TRACK, "audio": fmp4.AUDIO_TRACK}[track]
        found = []
        for index, data in self.data.items():
            boxes = [data[box.start : box.stop] for box in walk(data)]
            for moof, mdat in zip(boxes[::2], boxes[1::2], strict=True):
                header = require(moof, b"moof", b"traf", b"tfhd")
                if int.from_bytes(moof[header.body + 4 : header.body + 8], "big") == wanted:
                    packets = fmp4.samples(fmp4.parse_fragment(moof), mdat)
                    found += [(index, one.time / SCALES[track] - EPOCH_S, one.data) for one in packets]
        return found


def moov(track):
    scale = struct.pack(">IIIII", 0, 0, SCALES[track], 0, 0)
    header = build_full(b"tkhd", 0, 0, struct.pack(">III", 0, 0, 1))
    return build(
        b"moov",
        build_full(b"mvhd", 0, 0, bytes(96)),
        build(b"trak", header, build(b"mdia", build_full(b"mdhd", 0, 0, scale))),
        build(b"mvex", build_full(b"trex", 0, 0, struct.pack(">IIIII", 1, 1, 0, 0, 0))),
    )


def fragment(track, start_s, *durations_s):
    """One fragment, each packet's bytes saying when it is."""
    packets, now_s = [], start_s
    for duration_s in durations_s:
        time = round((now_s + EPOCH_S) * SCALES[track])
        packets.append(fmp4.Sample(time, round(duration_s * SCALES[track]), f"{now_s:.3f}".encode()))
        now_s += duration_s
    return fmp4.build_fragment(1, 1, packets)


def pieces_of(data, sizes):
    at = 0
    for size in sizes:
        yield data[at : at + size]
        at += size
    yield data[at:]


def test_two_streams_become_one_film():
    output = Segments()
    assembly = Fmp4Assembly(PLAN, 0, {"video", "audio"}, output)
    assembly.feed("audio", moov("audio"))
    assert output.init is None
    assembly.feed("video", moov("video"))
    inside = require(output.init, b"moov")
    tracks = [box for box in walk(output.init, inside.body, inside.stop) if box.kind == b"trak"]
    headers = [require(output.init, b"tkhd", within=track) for track in tracks]
    assert [output.init[header.body + 12 : header.body + 16] for header in headers] == [
        b"\0\0\0\1",
        b"\0\0\0\2",
    ]
    assembly.feed("video", fragment("video", 0.0, 1.0, 1.0))
    assembly.feed("audio", fragment("audio", 0.0, 0.5, 0.5, 0.5, 0.5, 0.5))
    assert output.stop is None  # the picture may bring more for the first segment
    assembly.feed("video", fragment("video", 2.0, 1.0, 1.0))
    assert output.stop == 1
    assembly.finish("video")
    assembly.finish("audio")
    assert output.stop > PLAN.count
    assert [(index, data) for index, _, data in output.packets("audio")] == [
        (0, b"0.000"), (0, b"0.500"), (0, b"1.000"), (0, b"1.500"), (1, b"2.000"),
    ]  # fmt: skip
    assert [index for index, _, _ in output.packets("video")] == [0, 0, 1, 1]


@given(
    st.integers(0, 2),
    st.lists(st.integers(1, 400), max_size=30),
    st.lists(st.sampled_from(["video", "audio"]), max_size=60),
)
def test_every_packet_lands_in_its_segment_whatever_the_order(first, sizes, turns):
    """Bytes in pieces of any size, the two streams in any order, with pre-roll before the start."""
    output = Segments()
    assembly = Fmp4Assembly(PLAN, first, {"video", "audio"}, output)
    start_s = PLAN.start_s(first)
    streams = {
        "video": moov("video") + b"".join(fragment("video", at / 2, 0.25, 0.25) for at in range(12)),
        "audio": moov("audio") + b"".join(fragment("audio", at / 4 - 0.5, 0.125, 0.125) for at in range(26)),
    }
    queues = {track: pieces_of(data, sizes) for track, data in streams.items()}
    for track in [*turns, *["video"] * 40, *["audio"] * 40]:
        piece = next(queues[track], None)
        if piece is not None:
            assembly.feed(track, piece)
    assembly.finish("audio")
    assembly.finish("video")
    for track, step_s in (("video", 0.25), ("audio", 0.125)):
        packets = output.packets(track)
        wanted = [start_s + number * step_s for number in range(int((6.0 - start_s) / step_s))]
        assert sorted(time_s for _, time_s, _ in packets) == pytest.approx(wanted)
        assert all(index == PLAN.index_at(time_s) for index, time_s, _ in packets)
        assert all(float(data) == pytest.approx(time_s) for _, time_s, data in packets)


def test_sound_alone_needs_no_picture():
    output = Segments()
    assembly = Fmp4Assembly(PLAN, 0, {"audio"}, output)
    assembly.feed("audio", moov("audio") + fragment("audio", 0.0, *[0.25] * 10))
    assert output.stop == 1
    assert output.init is not None


def ts_packet(pid, number, *, time_s=None, key=False, stream_id=0xE0, payload=b""):
    """One transport packet; with a time it starts a picture or a sound packet."""
    body = payload
    if time_s is not None:
        clock = round((time_s + EPOCH_S) * 90000) % (1 << 33)
        parts = (clock >> 29 & 0x0E | 0x21, clock >> 22, clock >> 14 | 1, clock >> 7, clock << 1 | 1)
        stamp = bytes(part & 0xFF for part in parts)
        body = b"\x00\x00\x01" + bytes([stream_id, 0, 0, 0x80, 0x80, 5]) + stamp + payload
    stuffing = 184 - len(body)
    adaptation = bytes([stuffing - 1, 0x40 if key else 0]) + b"\xff" * (stuffing - 2)
    starts = 0x40 if time_s is not None else 0
    return bytes([0x47, starts | pid >> 8, pid & 0xFF, 0x30 | number & 15]) + adaptation + body


def table_packet(pid, section):
    return bytes([0x47, 0x40 | pid >> 8, pid & 0xFF, 0x10, 0]) + section.ljust(183, b"\xff")


PAT = table_packet(0, bytes.fromhex("00b00d0001c1000000 01f000"))
PMT = table_packet(0x1000, b"pmt")


def test_transport_packets_go_by_time_and_segments_begin_with_the_tables():
    output = Segments()
    assembly = TransportAssembly(PLAN, 1, {"video", "audio"}, output)
    stream = PAT + PMT + b"".join([
        ts_packet(0x100, 0, time_s=1.9, key=True, payload=b"before"),
        ts_packet(0x101, 0, time_s=1.98, stream_id=0xC0, payload=b"sound before"),
        ts_packet(0x100, 1, time_s=1.999, key=True, payload=b"first"),
        ts_packet(0x100, 2, payload=b"more of it"),
        ts_packet(0x100, 3, time_s=2.04, payload=b"second"),
        ts_packet(0x101, 1, time_s=2.01, stream_id=0xC0, payload=b"sound"),
        ts_packet(0x100, 4, time_s=4.0, key=True, payload=b"next"),
        ts_packet(0x101, 2, time_s=3.99, stream_id=0xC0, payload=b"late sound"),
        ts_packet(0x101, 3, time_s=4.01, stream_id=0xC0, payload=b"next sound"),
    ])  # fmt: skip
    for at in range(0, len(stream), 100):
        assembly.feed("both", stream[at : at + 100])
    assert output.stop == 2
    assembly.finish("both")
    assert output.stop > PLAN.count
    assert set(output.data) == {1, 2}
    for data in output.data.values():
        assert data[:3] == PAT[:3]
        assert data[188:191] == PMT[:3]
    for words, index in ((b"first", 1), (b"more of it", 1), (b"second", 1), (b"late sound", 1), (b"next", 2)):
        assert words in output.data[index]
    assert not any(words in data for words in (b"before", b"sound before") for data in output.data.values())
    assert (
        output.data[1].index(b"first") < output.data[1].index(b"more of it") < output.data[1].index(b"second")
    )


def test_the_join_to_another_run_is_announced_once_per_track():
    output = Segments()
    assembly = TransportAssembly(PLAN, 1, {"video"}, output)
    assembly.feed(
        "both", PAT + PMT + ts_packet(0x100, 7, time_s=2.0, key=True) + ts_packet(0x100, 8, time_s=2.1)
    )
    packets = [output.data[1][at : at + 188] for at in range(0, len(output.data[1]), 188)]
    assert len(packets) == 5
    assert packets[2][3:6] == bytes([0x26, 183, 0x80])  # no payload, discontinuity, one number before


def test_times_just_before_zero_wrap_around_the_clock():
    reader = mpegts.TransportReader()
    (unit,) = reader.feed(ts_packet(0x101, 0, time_s=-EPOCH_S - 0.05, stream_id=0xC0))
    assert unit.time_s == pytest.approx(-0.05, abs=1e-4)


@given(st.binary(max_size=600), st.booleans())
def test_no_bytes_lead_to_anything_but_a_value_error(data, synced):
    if synced:
        data = b"".join(b"\x47" + data[at : at + 187].ljust(187, b"\x00") for at in range(0, len(data), 187))
    assembly = TransportAssembly(PLAN, 0, {"video", "audio"}, Segments())
    with contextlib.suppress(ValueError):
        assembly.feed("both", data)


def test_where_pictures_are_missing_the_next_one_is_shown():
    """From the middle of the first segment to the middle of the third, all of them begin and end with a picture."""
    output = Segments()
    assembly = Fmp4Assembly(PLAN, 0, {"video"}, output)
    assembly.feed("video", moov("video") + fragment("video", 0.0, 0.5, 0.5))
    assembly.feed("video", fragment("video", 5.0, 0.5, 0.5))
    assembly.finish("video")
    assert output.packets("video") == [
        (0, 0.0, b"0.000"), (0, 0.5, b"0.500"), (0, 1.0, b"5.000"),
        (1, 2.0, b"5.000"),
        (2, 4.0, b"5.000"), (2, 5.0, b"5.000"), (2, 5.5, b"5.500"),
    ]  # fmt: skip


def test_a_pause_inside_a_segment_is_left():
    """The picture behind it may need those before it."""
    output = Segments()
    assembly = Fmp4Assembly(PLAN, 1, {"video"}, output)
    assembly.feed("video", moov("video") + fragment("video", 2.0, 0.25) + fragment("video", 3.5, 0.5))
    assert [time_s for _, time_s, _ in output.packets("video")] == [2.0, 3.5]


def test_sound_behind_the_last_picture_is_handed_on_as_it_comes():
    output = Segments()
    assembly = Fmp4Assembly(PLAN, 0, {"video", "audio"}, output)
    assembly.feed("audio", moov("audio"))
    assembly.feed("video", moov("video") + fragment("video", 0.0, 0.5, 0.5))
    assembly.finish("video")
    assembly.feed("audio", fragment("audio", 0.0, *[0.25] * 7))
    handed_on = [time_s for _, time_s, _ in output.packets("audio")]
    assert handed_on[-1] > 1.0
    assembly.feed("audio", fragment("audio", 1.75, *[0.25] * 4))
    assert output.stop == 1
    assert all(index == PLAN.index_at(time_s) for index, time_s, _ in output.packets("audio"))


@pytest.mark.parametrize("pictures", [fragment("video", 0.0, 0.5), None], ids=["comes", "is missing"])
def test_sound_is_early_until_the_first_picture_is_there_or_will_not_come(pictures):
    assembly = Fmp4Assembly(PLAN, 0, {"video", "audio"}, Segments())
    assert not assembly.is_early("audio")  # the init segment wants both tracks
    assembly.feed("audio", moov("audio"))
    assert (assembly.is_early("audio"), assembly.is_early("video")) == (True, False)
    assembly.feed("video", moov("video"))
    assert assembly.is_early("audio")
    if pictures is None:
        assembly.finish("video")
    else:
        assembly.feed("video", pictures)
    assert not assembly.is_early("audio")


def test_sound_alone_is_never_early():
    assembly = Fmp4Assembly(PLAN, 0, {"audio"}, Segments())
    assembly.feed("audio", moov("audio"))
    assert not assembly.is_early("audio")
