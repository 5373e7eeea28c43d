"""Where packets of passed-on sound lie, whatever rounding makes of their times."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcoder.packet_grid import ANYWHERE, PacketGrid

AAC = PacketGrid(10.0, "aac", 44100)
STEP_S = 1024 / 44100


@given(st.integers(0, 400_000), st.floats(-0.0014, 0.0014), st.floats(-0.001, 0.001))
def test_two_runs_agree_on_every_packet(number, jitter_s, step_jitter_s):
    """Hours into a film as at its beginning, and however badly the step is known."""
    exact_s = 10.0 + number * STEP_S
    assert AAC.settled(exact_s + jitter_s, STEP_S + step_jitter_s) == pytest.approx(exact_s, abs=1e-9)


def test_what_is_off_the_grid_stays_where_it_is():
    assert AAC.settled(10.0 + 7.4 * STEP_S, STEP_S) == 10.0 + 7.4 * STEP_S
    assert ANYWHERE.settled(10.0001, STEP_S) == 10.0001
    assert PacketGrid(10.0, "pcm", 44100).settled(10.0001, STEP_S) == 10.0001


def test_packets_of_two_frames_are_told_by_their_length():
    doubled = PacketGrid(0.0, "aac", 48000)
    assert doubled.settled(2048 / 48000 * 5 + 0.001, 2048 / 48000) == pytest.approx(2048 / 48000 * 5)
