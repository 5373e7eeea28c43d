"""Brings the index up to what the vault holds, reading no more than what is new."""

import contextlib
import fcntl
import logging
import math
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

from library.artwork import Artwork
from library.changes import compare
from library.errors import ItemChangedError, ScanCancelledError
from library.examination import INCOMPLETE, damage_of, examine
from library.history import Beginning, Changes
from library.history_store import HistoryStore
from library.index import Index
from library.item_ids import ItemIds
from library.kinds import HEAD_SIZE
from library.listing import list_vault, require_vault
from library.pictures import PictureMaker
from library.problems import Problem
from library.records import Record
from vault import IntegrityError, LastChunkError, Node, NodeNotFoundError, StorageError, Vault

logger = logging.getLogger(__name__)

_TURN_POLL_S = 0.2


@dataclass(frozen=True, slots=True)
class ScanProgress:
    """How far a scan is: `done` of `total` files examined. `total` is None while the vault is listed."""

    done: int
    total: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanReport:
    """What a scan did.

    Attributes:
        added_count, changed_count, moved_count, removed_count: Files that came, got other contents, got
            another name or place, went (folders too).
        unchanged_count: Files that were not opened, or only for their first bytes.
        read_count: Files that were examined: those added and changed, and those left over by a scan before.
        problem_count: How many of them cannot be read.
        unrested_count: Files that are still arriving, or so young that they may be: look again soon.
        cancelled: It was stopped; the next scan goes on where it ended.
        duration_s: How long it took.
    """

    added_count: int = 0
    changed_count: int = 0
    moved_count: int = 0
    removed_count: int = 0
    unchanged_count: int = 0
    read_count: int = 0
    problem_count: int = 0
    unrested_count: int = 0
    cancelled: bool = False
    duration_s: float = 0.0


OnProgress = Callable[[ScanProgress], None]


class Scanner:
    """Scans one vault into one index; scans take turns, those of other processes included.

    Args:
        vault: Unlocked.
        index, artwork: Where everything found goes.
        memory: What is remembered of files beside the index.
        ids: Makes ids.
        makers: Make pictures; as many files are examined side by side.
        lock_path: A file whose lock a scan holds.
    """

    def __init__(
        self,
        vault: Vault,
        index: Index,
        artwork: Artwork,
        store: HistoryStore,
        ids: ItemIds,
        makers: Sequence[PictureMaker],
        lock_path: Path,
    ) -> None:
        self._vault = vault
        self._index = index
        self._artwork = artwork
        self._history_store = store
        self._ids = ids
        self._makers = makers
        self._lock_path = lock_path

    def scan(self, on_progress: OnProgress, cancelled: threading.Event) -> ScanReport:
        """Bring the index up to date. Files are in it before they are examined.

        Raises:
            VaultAwayError, VaultError: The vault cannot be read; what the index held, it still holds.
            StoreError, LibraryClosedError
        """
        began = time.monotonic()
        on_progress(ScanProgress(0, None))
        try:
            with self._turn(cancelled):
                changes = self._bring_up_to_date(cancelled, trusts_times=True)
                read_count, problem_count = self._examine_all(on_progress, cancelled)
        except ScanCancelledError:
            return ScanReport(cancelled=True, duration_s=time.monotonic() - began)
        report = ScanReport(
            added_count=changes.added_count,
            changed_count=changes.changed_count,
            moved_count=changes.moved_count,
            removed_count=len(changes.removed),
            unchanged_count=changes.unchanged_count,
            read_count=read_count,
            problem_count=problem_count,
            unrested_count=changes.unrested_count,
            cancelled=cancelled.is_set(),
            duration_s=time.monotonic() - began,
        )
        logger.info(
            "scanned: %d files read, %d removed, %d unchanged, %d with problems, %.1f s", *_figures(report)
        )
        return report

    def take_stock(self, *, patience_s: float) -> None:
        """Compare the vault with the index, down to the header of every file, and write what differs.

        Args:
            patience_s: How long to wait for a scan that runs already.

        Raises:
            ScanCancelledError: That scan took longer.
            VaultAwayError, VaultError: The vault cannot be read; what the index held, it still holds.
            StoreError, LibraryClosedError
        """
        cancelled = threading.Event()
        with self._turn(cancelled, patience_s):
            self._bring_up_to_date(cancelled, trusts_times=False)

    def _bring_up_to_date(self, cancelled: threading.Event, *, trusts_times: bool) -> Changes:
        """Make the index what a listing of the vault says; new contents are left to be examined."""
        changes = self._compare(cancelled, trusts_times=trusts_times)
        self._index.change(changes.rewritten, changes.removed)
        self._history_store.note(changes)
        self._artwork.remove(changes.removed)
        return changes

    @contextlib.contextmanager
    def _turn(self, cancelled: threading.Event, patience_s: float = math.inf) -> Iterator[None]:
        """Wait until no other scan runs, here or in another process; give up when the patience is at its end."""
        began = time.monotonic()
        with self._lock_path.open("wb") as lock:
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if cancelled.wait(_TURN_POLL_S) or time.monotonic() - began > patience_s:
                        raise ScanCancelledError from None
            yield

    def _compare(self, cancelled: threading.Event, *, trusts_times: bool) -> Changes:
        listing = list_vault(self._vault, cancelled)

        def read_beginning(node: Node) -> Beginning:
            if cancelled.is_set():
                raise ScanCancelledError
            return self._read_beginning(node)

        history = self._history_store.history(trusts_times=trusts_times)
        changes = compare(self._index.records(), listing, self._ids, read_beginning, history)
        # A disk that was pulled out meanwhile looks like folders that were emptied.
        require_vault(self._vault)
        return changes

    def _read_beginning(self, node: Node) -> Beginning:
        if node.size is None:
            return Beginning(None, b"", INCOMPLETE)
        try:
            with self._vault.open(node) as reader:
                return Beginning(reader.header_nonce, reader.read(HEAD_SIZE))
        except IntegrityError as error:
            return Beginning(None, b"", damage_of(error), cut=isinstance(error, LastChunkError))
        except NodeNotFoundError:
            return Beginning(None, b"", Problem("unreadable", "it is not there any more"))
        except StorageError as error:
            require_vault(self._vault)
            return Beginning(None, b"", Problem("unreadable", f"the disk refuses: {error}"))

    def _examine_all(self, on_progress: OnProgress, cancelled: threading.Event) -> tuple[int, int]:
        """Examine what has to be, as many files at once as there are makers.

        Returns:
            How many files were examined, and how many of them have a problem.
        """
        waiting = self._index.to_examine()
        following = iter(waiting)
        idle = list(self._makers)
        working: dict[Future[bool], PictureMaker] = {}
        done_count = problem_count = 0
        with ThreadPoolExecutor(len(idle), thread_name_prefix="scan") as pool:
            while True:
                on_progress(ScanProgress(done_count, len(waiting)))
                while idle and not cancelled.is_set() and (record := next(following, None)) is not None:
                    maker = idle.pop()
                    working[pool.submit(self._examine, record, maker)] = maker
                if not working:
                    return done_count, problem_count
                for future in wait(working, return_when=FIRST_COMPLETED).done:
                    idle.append(working.pop(future))
                    problem_count += future.result()
                    done_count += 1

    def _examine(self, record: Record, maker: PictureMaker) -> bool:
        """Examine one file and write what was found; say whether it has a problem."""
        try:
            found, images = examine(record, maker)
        except (NodeNotFoundError, StorageError, ItemChangedError):
            # Gone, replaced or unreadable since it was listed: the next scan sees it as it is then.
            require_vault(self._vault)
            logger.info("item %s could not be examined now", record.item_id)
            return False
        self._artwork.replace(record.item_id, images)
        self._index.set_examined(record, found)
        return found.problem is not None


def _figures(report: ScanReport) -> tuple[float, ...]:
    return (
        report.read_count,
        report.removed_count,
        report.unchanged_count,
        report.problem_count,
        report.duration_s,
    )
