"""Rules that every test obeys."""

import contextlib
import os
import threading
from collections.abc import Iterator

import pytest


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Return how many tests run at once: one more than processors, for many wait for a browser or a clock."""
    return (os.cpu_count() or 1) + 1


@contextlib.contextmanager
def threads_end_inside() -> Iterator[None]:
    """Fail when a thread that was started inside outlives the block."""
    before = set(threading.enumerate())
    yield
    left = [thread.name for thread in threading.enumerate() if thread not in before]
    assert not left, f"threads still running: {left}"


@pytest.fixture(autouse=True)
def no_thread_left_behind() -> Iterator[None]:
    """A test that starts a thread must end it: every thread has an owner."""
    with threads_end_inside():
        yield
