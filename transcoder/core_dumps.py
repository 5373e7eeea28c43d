"""No memory of ours, or of a child, is written to a disk when a process crashes: it holds pictures and sound."""

import resource


def refuse_core_dump(pid: int = 0) -> None:
    """Keep a process, and what it starts later, from leaving a core dump.

    One byte is allowed, not none: at 0 the kernel still hands the memory to a core handler that is fed by a pipe.
    Where the greatest that it may set is 0, as an owner of the machine has chosen, that stays.

    Args:
        pid: The process; 0 is this one.

    Raises:
        ProcessLookupError: It is gone.
    """
    _, hard_limit = resource.prlimit(pid, resource.RLIMIT_CORE)
    limit = 0 if hard_limit == 0 else 1
    resource.prlimit(pid, resource.RLIMIT_CORE, (limit, limit))
