"""Who has a say in what a reader gives out. Both run in the thread that reads; what they raise, the reader raises."""

from collections.abc import Callable, Sequence

Witness = Callable[[int, Sequence[bytes]], None]
"""Told of chunks that were opened, before any byte of them leaves the reader: the index of the first, and the nonces,
as they are stored, of this one and of those that follow it. What it raises, the reader raises instead of the bytes,
then and whenever it is read again. It is called without a lock of the reader's."""

Limit = Callable[[int, int], int]
"""Asked before bytes are given out how far from a start towards a stop it may go. What it raises is raised for this
start alone. It is called with the reader's lock held, and must not come back to it."""
