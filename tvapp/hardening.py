"""What a process that holds a key asks of the system: no core dump, no peeking, no swap, no orphan life."""

import ctypes
import logging
import os
import resource
import signal

logger = logging.getLogger(__name__)

# linux/prctl.h
_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
# sys/mman.h
_MCL_CURRENT = 1
_MCL_ONFAULT = 4


def hold_a_key() -> None:
    """Refuse core dumps and other processes' debuggers: memory with a key in it must not reach a disk.

    Children by fork inherit both. Programs that they start inherit that there are no core dumps.
    """
    _, hard_limit = resource.getrlimit(resource.RLIMIT_CORE)
    # One byte, not none: at 0 the kernel still hands the memory to a core handler that is fed by a pipe.
    limit = 0 if hard_limit == 0 else 1
    resource.setrlimit(resource.RLIMIT_CORE, (limit, limit))
    _prctl(_PR_SET_DUMPABLE, 0)


def lock_memory() -> bool:
    """Keep all memory of this process out of swap, where the system allows it; tell whether it does.

    For the launcher, which is small: it is 47 MB, of which 28 MB could have gone to swap, and stays that by
    ONFAULT (59 MB without). The web process begins at 63 MB and keeps 256 MB of segments and more: there the key
    alone is on a page that is locked. An ordinary user may lock 8 MB on most systems, less than Python needs:
    then the launcher's key is kept as in the web process.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    is_locked = hasattr(libc, "mlockall") and libc.mlockall(_MCL_CURRENT | _MCL_ONFAULT) == 0
    reason = "" if is_locked else f": {os.strerror(ctypes.get_errno())}"
    logger.debug("memory is %s out of swap%s", "kept" if is_locked else "not kept", reason)
    return is_locked


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
