"""Recordings whose clock jumps: found packet by packet, cut into stretches, planned and read one by one."""

from dataclasses import dataclass, replace
from fractions import Fraction

import pytest

from tests.transcoder.test_command import CAMERA_TS, job_for
from transcoder.command import commands
from transcoder.decision import decide_stream
from transcoder.media_info import MediaInfo, Stretch
from transcoder.packet_scan import cut_stretches, scan_packets
from transcoder.profiles import PROFILES
from transcoder.segments import plan_segments
from transcoder.stretches import on_own_clock, stop_of_run, stretch_at

PICTURE, SOUND = 0, 1
MILLISECONDS = Fraction(1, 1000)


@dataclass
class Packet:
    """As much of PyAV's packet as is read."""

    stream_index: int
    pts: int | None
    dts: int | None
    pos: int
    duration: int = 40
    is_keyframe: bool = False
    time_base: Fraction = MILLISECONDS


def recording(start_s, seconds, position, *, sound=True, step=0.04):
    """Packets of a second, 25 pictures each, a keyframe first; 1000 bytes apart."""
    packets = []
    for number in range(int(seconds / step)):
        at = round((start_s + number * step) * 1000)
        at_byte = position + number * 1000
        packets.append(Packet(PICTURE, at, at, at_byte, is_keyframe=number % 25 == 0))
        if sound:
            packets.append(Packet(SOUND, at, at, at_byte + 500))
    return packets


def extents(scan):
    return [(piece.start_s, round(piece.end_s, 3)) for piece in scan.pieces]


def test_one_clock_is_one_piece():
    scan = scan_packets(recording(1.4, 6, 0), PICTURE)
    assert extents(scan) == [(1.4, 7.4)]
    assert scan.with_gaps == set()
    assert [time_s for time_s, _ in scan.pieces[0].keys] == pytest.approx([1.4, 2.4, 3.4, 4.4, 5.4, 6.4])


@pytest.mark.parametrize("second_s", [1.4, 5000.0, 90_000.0])
def test_a_jump_begins_another_piece(second_s):
    scan = scan_packets(recording(1.4, 4, 0) + recording(second_s, 4, 100_000), PICTURE)
    assert extents(scan) == [(1.4, 5.4), (second_s, second_s + 4)]
    assert scan.pieces[1].position == 100_000
    assert scan.pieces[1].before < 100_000
    assert scan.with_gaps == set()


def test_a_last_picture_with_the_time_of_the_next_clock_is_no_bridge():
    """So libavformat gives it in program streams."""
    first, second = recording(1.4, 4, 0), recording(5000.0, 4, 100_000)
    last = max(at for at, packet in enumerate(first) if packet.stream_index == PICTURE)
    first[last] = replace(first[last], pts=5_000_000)
    assert extents(scan_packets(first + second, PICTURE)) == [(1.4, 5.4), (5000.0, 5004.0)]


def test_tracks_change_clocks_one_after_the_other():
    """The sound of the first recording goes on for a while behind the first pictures of the second."""
    first, second = recording(1.4, 4, 0), recording(5000.0, 4, 100_000)
    late = [packet for packet in first if packet.stream_index == SOUND][-5:]
    pictures = [packet for packet in second[:10] if packet.stream_index == PICTURE]
    rest = [packet for packet in second if packet not in pictures]
    packets = [packet for packet in first if packet not in late] + pictures + late + rest
    assert extents(scan_packets(packets, PICTURE)) == [(1.4, 5.4), (5000.0, 5004.0)]


def test_a_damaged_time_is_no_other_clock():
    packets = recording(1.4, 6, 0)
    packets[80] = replace(packets[80], pts=77_000_000, dts=77_000_000)
    assert extents(scan_packets(packets, PICTURE)) == [(1.4, 7.4)]


def test_holes_in_the_sound_are_seen():
    packets = [
        one for one in recording(0.0, 6, 0) if one.stream_index == PICTURE or not 2000 < one.pts < 4000
    ]
    assert scan_packets(packets, PICTURE).with_gaps == {SOUND}


def test_stretches_follow_each_other_and_begin_at_a_table():
    pieces = scan_packets(recording(1.4, 4, 0) + recording(5000.0, 4, 100_000), PICTURE).pieces
    asked = []

    def table_before(low, high):
        asked.append((low, high))
        return high - 188

    first, second = cut_stretches(pieces, 200_000, lambda start, stop: 0.5 * (start == 0), table_before)
    assert first == Stretch(start=0, stop=99_812, start_s=0.5, at_s=0.0)
    assert second == Stretch(start=99_812, stop=200_000, start_s=0.0, at_s=4.0)
    ((low, high),) = asked
    assert low == pieces[1].before + 1
    assert high == 100_000


JOINED: MediaInfo = replace(
    CAMERA_TS,
    duration_s=12.0,
    keyframes_s=tuple(1.4 + at for at in (0.0, 2.0, 4.0, 5.0, 7.0, 9.0, 11.0)),
    stretches=(
        Stretch(start=0, stop=1000, start_s=1.4, at_s=0.0),
        Stretch(start=1000, stop=2500, start_s=5000.0, at_s=5.0),
    ),
)


def test_segments_begin_where_stretches_begin():
    plan = plan_segments(JOINED, "encode")
    assert 5.0 in plan.boundaries_s
    assert plan.boundaries_s[-1] == 12.0
    seam = plan.boundaries_s.index(5.0)
    assert stop_of_run(JOINED, plan, 0) == seam
    assert stop_of_run(JOINED, plan, seam) == plan.count


def test_a_stretch_is_read_on_its_own_clock():
    assert stretch_at(JOINED, 4.9) == JOINED.stretches[0]
    second = stretch_at(JOINED, 5.0)
    assert second == JOINED.stretches[1]
    own = on_own_clock(JOINED, second)
    assert own.start_s + 5.0 == pytest.approx(5000.0)
    assert own.keyframes_s == pytest.approx((5000.0, 5002.0, 5004.0, 5006.0))
    assert on_own_clock(CAMERA_TS, None) is CAMERA_TS


def test_nothing_is_passed_on_from_a_recording_that_jumps():
    everything = decide_stream(JOINED, PROFILES["everything"])
    assert (everything.video, everything.audio) == ("encode", "encode")
    assert "clock jumps" in everything.reason


def test_a_program_sees_one_stretch_as_a_file():
    second = JOINED.stretches[1]
    plain = job_for(JOINED, PROFILES["baseline"], 2)
    asked = replace(plain, info=on_own_clock(JOINED, second), stretch=second)
    argv = dict(commands(asked))["video"]
    address = argv[argv.index("-i") + 1]
    assert address.startswith("subfile,,start,1000,end,2500,,:http://")
    assert argv[argv.index("-protocol_whitelist") + 1] == "subfile,http,tcp"
    graph = argv[argv.index("-filter_complex") + 1]
    assert graph.startswith("[0:v:0]")  # streams are numbered in the order in which they are met
    assert float(argv[argv.index("-output_ts_offset") + 1]) == pytest.approx(10.0 + 5.0 - 5000.0)
