"""How fast a run is."""

import math

import pytest

from transcoder.pace import WINDOW_S, Pace


def measured(pace, worked_s, made_s, steps=10):
    found = []
    for step in range(1, steps + 1):
        pace.work(worked_s / steps)
        found.append(pace.reach(made_s * step / steps))
    return found


def test_seconds_of_film_per_second_of_work():
    pace = Pace()
    pace.reach(0.0)
    found = measured(pace, WINDOW_S, 5.0)
    assert found[:-1] == [math.inf] * 9
    assert found[-1] == pytest.approx(0.5)


def test_start_up_does_not_count():
    pace = Pace()
    pace.work(60.0)
    assert pace.reach(2.0) == math.inf
    pace.work(WINDOW_S)
    assert pace.reach(2.0 + 3 * WINDOW_S) == pytest.approx(3.0)


def test_each_window_is_measured_for_itself():
    pace = Pace()
    pace.reach(0.0)
    pace.work(WINDOW_S)
    assert pace.reach(2 * WINDOW_S) == pytest.approx(2.0)
    pace.work(WINDOW_S)
    assert pace.reach(2.5 * WINDOW_S) == pytest.approx(0.5)
