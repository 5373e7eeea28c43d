"""What is remembered of files beside their records, and what a comparison with the vault adds to it. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from library.problems import Problem
from library.records import Record
from vault import Node


class Beginning(NamedTuple):
    """The header nonce and first plaintext bytes of a file, or why there are none.

    `cut` says that its last chunk is not whole, or not genuine.
    """

    header_nonce: bytes | None
    head: bytes
    problem: Problem | None = None
    cut: bool = False


ReadBeginning = Callable[[Node], Beginning]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vanished:
    """A file that went, and not through Lanterne; named like the columns of `vanished`."""

    path: str
    stored_path: str
    header_nonce: bytes
    stored_size: int | None
    mtime_ns: int
    since_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What a comparison may look back on.

    Attributes:
        now_ns: The time, nanoseconds since the epoch.
        former: Header nonces of contents that were replaced some time.
        own: Header nonces of contents that are known whole: Lanterne wrote or read them.
        vanished: By path.
        trusts_times: Whether a file of the same size and time is taken as unchanged, unopened.
    """

    now_ns: int = 0
    former: frozenset[bytes] = frozenset()
    own: frozenset[bytes] = frozenset()
    vanished: Mapping[str, Vanished] = field(default_factory=dict)
    trusts_times: bool = True


@dataclass(slots=True)
class Changes:
    """What the index has to do.

    `rewritten` are records to write, those of new contents with `examined` 0; `removed` are ids.
    `outdated` are header nonces of contents that were replaced; `found_again` are paths of vanished files that
    are there again, or others in their place.
    `unrested_count` files are arriving, or so young that they may be.
    """

    rewritten: list[Record] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    outdated: list[bytes] = field(default_factory=list)
    found_again: list[str] = field(default_factory=list)
    added_count: int = 0
    changed_count: int = 0
    moved_count: int = 0
    unchanged_count: int = 0
    unrested_count: int = 0
