"""Where silence stands between sound packets, without any program."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcoder.fmp4 import Sample
from transcoder.packet_grid import PacketGrid
from transcoder.segments import EPOCH_S
from transcoder.sound_line import SoundLine, SoundQueue

STEP_S = 1024 / 48000
GRID = PacketGrid(EPOCH_S, "aac", 48000, b"silence", converted=True)


@given(st.sets(st.integers(0, 60)), st.lists(st.integers(0, 70), max_size=8))
def test_every_place_is_taken_once_in_order_whatever_is_missing(there, turns):
    """Real packets keep their places; what is between and behind them up to the picture's end is silent."""
    queue = SoundQueue(GRID, EPOCH_S)
    queue.scale = 48000
    first = round(EPOCH_S * 48000)
    for at in sorted(there):
        queue.take(queue.settled(Sample(first + at * 1024, 1024, b"sound")))
    queue.end()
    handed = [one for turn in sorted(turns) for one in queue.before(EPOCH_S + turn * STEP_S)]
    handed += queue.before(EPOCH_S + 61 * STEP_S)
    last = max(61, *turns) if turns else 61
    assert [round((one.time - first) / 1024) for one in handed] == list(range(last))
    assert {at for at, one in enumerate(handed) if one.data == b"sound"} == there
    assert all(one.stop == other.time for one, other in pairwise(handed))


def test_packets_that_come_again_are_left_out():
    line = SoundLine(GRID, EPOCH_S)
    told = [0.0, 1.0, 2.0, 0.0, 0.1, 2.0, 3.0]
    found = [line.settled(EPOCH_S + at * STEP_S, STEP_S) for at in told]
    assert [None if time is None else round((time - EPOCH_S) / STEP_S) for time in found] == [
        *(0, 1, 2),
        *(None, None, None),
        3,
    ]


@pytest.mark.parametrize("off", [0.45, -0.45, 0.5, 0.55])
def test_packets_that_lie_off_the_grid_follow_each_other_on_it(off):
    line = SoundLine(GRID, EPOCH_S)
    found = [line.settled(EPOCH_S + (at + off) * STEP_S, STEP_S) for at in range(1, 40)]
    steps = [after - before for before, after in pairwise(found)]
    assert steps == pytest.approx([STEP_S] * 38)


def test_what_a_file_claims_does_not_fill_the_memory():
    line = SoundLine(GRID, EPOCH_S)
    assert len(line.silence(1e9)) * STEP_S < 601
    assert line.silence(1e9) == []
    assert line.silence(float("-inf")) == []


def test_without_silence_to_write_nothing_is_written():
    line = SoundLine(PacketGrid(EPOCH_S, "ac3", 48000), EPOCH_S)
    assert line.silence(EPOCH_S + 60) == []


@pytest.mark.parametrize(
    ("codec", "parts", "part"), [("ac3", 1, 1536), ("eac3", 6, 256), ("aac", 1, 1024), ("aac", 2, 1024)]
)
def test_a_packet_before_a_hole_is_as_long_as_the_others(codec, parts, part):
    """It lasts until the next, says ffmpeg."""
    queue = SoundQueue(PacketGrid(EPOCH_S, codec, 48000), EPOCH_S)
    queue.scale = 48000
    first, length = round(EPOCH_S * 48000), parts * part
    told = [(0, length), (1, length), (2, 95 * length + 30), (97, length)]
    found = [queue.settled(Sample(first + at * length, duration, b"sound")) for at, duration in told]
    assert [(one.time - first, one.duration) for one in found] == [(at * length, length) for at, _ in told]


@pytest.mark.parametrize(("told", "length"), [(960, 960), (512, 512), (21 * 48, 1024), (22 * 48, 1024)])
def test_packets_of_an_unusual_length_keep_it(told, length):
    queue = SoundQueue(PacketGrid(None, "aac", 48000), EPOCH_S)
    queue.scale = 48000
    assert queue.settled(Sample(480_000, told, b"sound")).duration == length
