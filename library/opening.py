"""Opens the files of items: only those that the index describes, and compared with their seal records while read."""

import logging
from collections.abc import Sequence

from library.checks import ALTERED, NOT_READ_WHOLE, Check, Checks
from library.errors import ItemChangedError, LibraryClosedError, StoreError
from library.marks import Range
from library.records import Record
from library.seals import Seals
from library.witness import Barred, SealWitness
from vault import PlaintextReader, Vault

logger = logging.getLogger(__name__)


class Opener:
    """Opens files. For any thread.

    Args:
        vault: Unlocked.
        seals: What files were when they were known whole.
        checks: Where an altered file is noted.
    """

    def __init__(self, vault: Vault, seals: Seals, checks: Checks) -> None:
        self._vault = vault
        self._seals = seals
        self._checks = checks

    def open(self, record: Record) -> PlaintextReader:
        """Open the file of a record.

        Its reader raises AlteredError before a part ends that was altered, and wherever it is known to be: all else
        is read as ever, like the parts of a file that are not damaged.

        Raises:
            ItemChangedError: It is not the file that the record describes.
            VaultError
        """
        reader = self._vault.open(record.node)
        if (reader.header_nonce, reader.stored_size) != (record.header_nonce, record.stored_size):
            reader.close()
            raise ItemChangedError(record.item_id)
        known = self._known_altered(record, reader)
        if known:
            reader.limit(Barred(record.item_id, known).open_until)
        reader.watch(self._witness(record, reader.size, reader.header_nonce, reader.mtime_ns, known).see)
        return reader

    def _known_altered(self, record: Record, reader: PlaintextReader) -> Sequence[Range]:
        try:
            check = self._checks.get(record.stored_path, record.stored_size, reader.mtime_ns)
        except BaseException:
            reader.close()
            raise
        return check.ranges if check is not None and check.problem == ALTERED else ()

    def _witness(
        self, record: Record, size: int, header_nonce: bytes, mtime_ns: int, known: Sequence[Range]
    ) -> SealWitness:
        # Not of the reader itself: it would be in a circle with its witness, and closed late when it is let go.
        def known_marks() -> bytes | None:
            seal = self._seals.get(header_nonce, record.stored_size or 0)
            return None if seal is None else seal.marks

        def on_altered(altered: Range) -> None:
            logger.warning("item %s is not what was stored", record.item_id)
            self._note(
                Check(
                    stored_path=record.stored_path,
                    stored_size=record.stored_size,
                    mtime_ns=mtime_ns,
                    checked_ns=NOT_READ_WHOLE,
                    problem=ALTERED,
                    ranges=(altered,),
                )
            )

        return SealWitness(record.item_id, size, known_marks, on_altered, known)

    def _note(self, check: Check) -> None:
        try:
            self._checks.add_altered(check)
        except (StoreError, LibraryClosedError):  # it is refused all the same, and seen again the next time
            logger.warning("that could not be noted", exc_info=True)
