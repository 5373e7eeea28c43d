"""Whether a file of the disk and a file of the vault have the same contents: by size, then by SHA-256."""

from collections.abc import Callable
from pathlib import Path

from library import LibraryError
from tvapp.transfer.contents import Contents, SealRecords, read_contents
from tvapp.transfer.report import Meter
from tvapp.transfer.source_file import SourceReader
from vault import Node, Vault

Remember = Callable[[str, Contents, int], None]
"""Takes a path of the vault, its contents, and when the original was last changed."""


class Comparer:
    """Compares files.

    Args:
        vault: Unlocked.
        seals: Spares reading the files of the vault that it knows.
        check: Called before every piece that is read; raises to stop.
    """

    def __init__(self, vault: Vault, seals: SealRecords, check: Callable[[], None]) -> None:
        self._vault = vault
        self._seals = seals
        self._check = check

    def is_same(
        self, file: Path, node: Node, path: str, meter: Meter, remember: Remember | None = None
    ) -> bool:
        """Tell whether `file` has the contents of the node at `path` of the vault.

        What had to be read of the vault for that is told to `remember`.

        Raises:
            NotAFileError, SourceChangedError, OSError: The file.
            VaultError: The vault's file is damaged or cannot be read.
            StoppedError
        """
        with SourceReader(file, meter.count_half, self._check) as reader:
            if node.size is not None and node.size != reader.size:
                return False
            known = self._known(path)
            stored = known or read_contents(self._vault, node, meter.count_half, self._check, from_disk=True)
            if reader.read_to_end() != stored.sha256:
                return False
            if known is None and remember is not None:
                remember(path, stored, reader.mtime_ns)
            return True

    def _known(self, path: str) -> Contents | None:
        try:
            sha256 = self._seals.stored_sha256(path)
        except LibraryError:  # then the vault is asked
            return None
        return None if sha256 is None else Contents(sha256)
