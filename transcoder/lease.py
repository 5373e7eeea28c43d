"""The bytes of a source, lent to the programs of a run."""

from collections.abc import Callable, Sequence
from typing import Protocol


class Lease(Protocol):
    """A loopback address of a source's bytes, and what went wrong when they were read through it.

    Encoders take a broken-off connection for the end of the file, so they cannot tell.
    """

    @property
    def url(self) -> str:
        """The address."""

    @property
    def damage(self) -> Exception | None:
        """Why bytes could not be given; None as long as all went well."""


Commands = Callable[[Lease], Sequence[tuple[str, list[str]]]]  # (track, argument list) per encoder
