"""Rules that every test obeys."""

import contextlib
import threading
from collections.abc import Iterator

import pytest


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
