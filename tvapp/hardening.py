"""What a process that holds a key asks of the system: no core dump, no peeking, no life after its parent's."""

import ctypes
import os
import resource
import signal

# linux/prctl.h
_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4


def hold_a_key() -> None:
    """Refuse core dumps and other processes' debuggers: memory with a key in it must not reach a disk."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _prctl(_PR_SET_DUMPABLE, 0)


def die_with_parent(parent: int) -> None:
    """Get a SIGTERM when the parent ends, however it ends.

    Args:
        parent: The parent's process id as it was when this process was started.
    """
    _prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it ended before we asked
        raise SystemExit(0)


def _prctl(option: int, value: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if hasattr(libc, "prctl"):
        libc.prctl(option, value, 0, 0, 0)
