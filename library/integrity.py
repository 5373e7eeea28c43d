"""Whether the vault is what it was: looked at on demand, all of it, and read whole where that is asked for."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from library.arriving import ARRIVING
from library.checks import ALTERED, Check, Checks, CheckStatus
from library.database import Database
from library.errors import NotWholeError, ScanCancelledError
from library.findings import Finding, of_vanished, standing
from library.history_store import HistoryStore
from library.index import Index
from library.records import Record
from library.scan import Scanner
from library.seals import Seals
from library.whole_read import OnBytes, read_whole
from vault import Node, Vault

_TURN_S = 3.0  # how long a check waits for a scan that is under way


@dataclass(frozen=True, slots=True)
class DueFile:
    """A file that is to be read whole."""

    item_id: str
    node: Node


class Integrity:
    """What the index knows of the vault's integrity, and how it comes to know more. For any thread.

    Args:
        vault: Unlocked.
        database: The index's, which stays its owner.
        index: The items.
        scanner: Compares the vault with the index.
    """

    def __init__(self, vault: Vault, database: Database, index: Index, scanner: Scanner) -> None:
        self._vault = vault
        self._database = database
        self._index = index
        self._scanner = scanner
        self._history_store = HistoryStore(database)
        self._seals = Seals(database)
        self._checks = Checks(database)

    def take_stock(self) -> bool:
        """Compare the whole vault with the index, every header included, and keep what differs.

        Returns:
            Whether it was done; false while a scan runs, which does the greater part of it.

        Raises:
            VaultAwayError, VaultError: The vault cannot be read.
            StoreError
        """
        try:
            self._scanner.take_stock(patience_s=_TURN_S)
        except ScanCancelledError:
            return False
        return True

    def findings(self, *, with_damage: bool = True) -> Iterator[Finding]:
        """Yield what is known against items and what is missing; see `findings.standing`."""
        yield from standing(self._database, with_damage=with_damage)
        yield from (of_vanished(gone) for gone in self._history_store.vanished())

    def accept(self, path: str) -> int:
        """Take what is suspected, altered, shorter or missing at a path and below for what it should be.

        Damage is not accepted: it goes when the file is whole again, or gone.

        Returns:
            How many files and folders that was.
        """
        return self._history_store.accept(path) + self._checks.accept(path)

    def require_complete(self, record: Record) -> None:
        """Refuse a file whose end is not there: whoever reads it would not notice.

        Raises:
            NotWholeError
        """
        problem = record.node_problem if record.node_problem == ARRIVING else record.seal_problem
        if problem is not None:
            raise NotWholeError(record.item_id, problem)

    def require_whole(self, record: Record) -> None:
        """Refuse a file that must not be taken for whole though every chunk of it may be genuine.

        Raises:
            NotWholeError
        """
        self.require_complete(record)
        check = self._checks.get(record.stored_path, record.stored_size, record.mtime_ns)
        if check is not None and check.problem == ALTERED:
            raise NotWholeError(record.item_id, check.problem)

    # --- reading whole

    def check_file(self, node: Node, on_bytes: OnBytes, checked_ns: int | None = None) -> Check:
        """Read a file whole, compare it with its seal record or make that, and keep what was found.

        Args:
            node: What to read.
            on_bytes: See `OnBytes`.
            checked_ns: The time to note, nanoseconds since the epoch; now by default.

        Raises:
            CheckCancelledError, NodeNotFoundError, VaultLockedError, StoreError
        """
        found = read_whole(self._vault, node, self._seals, on_bytes, checked_ns)
        if found.seal is not None:
            self._seals.put(found.seal)
        self._checks.put(found.check)
        return found.check

    def checked(self, node: Node, since_ns: int) -> Check | None:
        """Return what was found in a file that was checked since, and is the same still."""
        check = self._checks.get(node.stored_path, node.stored_size, node.mtime_ns)
        return check if check is not None and check.checked_ns >= since_ns else None

    def begin_run(self, *, restart: bool) -> int:
        """Return when the deep check began that was not finished, or begin one; nanoseconds since the epoch."""
        return self._checks.begin_run(time.time_ns(), restart=restart)

    def end_run(self) -> None:
        """Note that the deep check is through."""
        self._checks.end_run()

    def due(self, before_ns: int, limit: int) -> Sequence[DueFile]:
        """Return files that were not checked since, those checked longest ago first."""
        records = [self._index.record(item_id) for item_id in self._checks.due(before_ns, limit)]
        return [DueFile(record.item_id, record.node) for record in records]

    def status(self, since_ns: int) -> CheckStatus:
        """Return how much was checked since a moment, nanoseconds since the epoch."""
        return self._checks.status(since_ns)
