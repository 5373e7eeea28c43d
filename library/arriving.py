"""Files that another program is still writing: they are left alone until they rest. Pure."""

from library.problems import Problem
from library.records import Record
from vault import Node

ARRIVING = Problem("arriving", "it is still being copied")
REST_NS = 60 * 10**9  # a copy under way touches its file more often than once a minute


def is_young(mtime_ns: int, now_ns: int) -> bool:
    """Return whether a file was written to so short a time ago that its writer may be at work yet.

    A clock that is ahead of ours by less than the same minute counts as now.
    """
    return abs(now_ns - mtime_ns) < REST_NS


def is_arriving(record: Record | None, node: Node, now_ns: int, *, whole: bool) -> bool:
    """Return whether a file is to be left alone for now.

    Args:
        record: What is known of the file, None for a new one.
        node: The file as it is listed.
        now_ns: The time, nanoseconds since the epoch.
        whole: Whether its size is one that a vault file can have, and its last chunk is genuine.
    """
    if not is_young(node.mtime_ns, now_ns):
        return False
    arrived = record is not None and record.node_problem != ARRIVING and record.header_nonce is not None
    if not whole:
        # What was whole once and is no more was cut short, however short a time ago.
        return not arrived
    if record is None or (record.stored_size, record.mtime_ns) == (node.stored_size, node.mtime_ns):
        return False
    # Back to what it was when it was whole is not on its way.
    return not arrived or (record.whole_size or 0) < (node.stored_size or 0)
