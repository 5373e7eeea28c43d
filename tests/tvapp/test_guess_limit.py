"""A few guesses are free, then they take time."""

import pytest

from tests.tvapp.clock import Clock
from tvapp.guess_limit import GuessLimit


def test_attempts_run_out_and_come_back():
    clock = Clock()
    attempts = GuessLimit(burst=3, refill_s=10, now=clock)
    assert [attempts.take() for _ in range(3)] == [None] * 3
    assert attempts.take() == pytest.approx(10)
    clock.now = 10
    assert attempts.take() is None
    assert attempts.take() is not None


def test_a_success_gives_the_attempts_back():
    attempts = GuessLimit(burst=2, refill_s=10, now=Clock())
    attempts.take(), attempts.take()
    attempts.succeed()
    assert attempts.take() is None
