"""A check as a person asks for it: the vault's structure, what the index knows better, and every byte if wished."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from library.findings import Finding, of_item, of_structure
from library.integrity import Integrity
from library.whole_read import read_whole
from vault import Node, NodeKind, NodeNotFoundError, Vault, check_vault


@dataclass(frozen=True, slots=True)
class VaultCheckProgress:
    """How far a deep check is, in stored bytes."""

    done_size: int
    total_size: int


class VaultCheck:
    """One check of a vault.

    Args:
        vault: Unlocked.
        integrity: Of the library of this vault; None where there is no index: then nothing is compared, and
            nothing kept.

    Attributes:
        stock_taken: Whether the vault was compared with the index.
        file_count: Files and links seen by the deep check.
        skipped_count: Of these, those that an earlier part of the same deep check had read.
        read_size: Stored bytes read.
        read_s: How long that took.
    """

    def __init__(self, vault: Vault, integrity: Integrity | None) -> None:
        self._vault = vault
        self._integrity = integrity
        self.stock_taken = False
        self.file_count = self.skipped_count = self.read_size = 0
        self.read_s = 0.0

    def quick(self, *, deep_follows: bool = False) -> Iterator[Finding]:
        """Yield what the structure of the vault and the index tell; the contents of files are not read.

        Args:
            deep_follows: Leave out damage, which the deep check tells with its place.

        Raises:
            VaultError, LibraryError
        """
        known: list[Finding] = []
        if self._integrity is not None:
            self.stock_taken = self._integrity.take_stock()
            known = list(self._integrity.findings(with_damage=not deep_follows))
        told = {finding.stored_path for finding in known}
        yield from (of_structure(found) for found in check_vault(self._vault) if found.node_id not in told)
        yield from known

    def deep(
        self,
        on_progress: Callable[[VaultCheckProgress], None] = lambda _progress: None,
        *,
        restart: bool = False,
    ) -> Iterator[Finding]:
        """Read every file whole and yield what is damaged or altered, in the order of the vault.

        Killed and begun again, it goes on after the last file that was read whole, where there is an index.

        Args:
            on_progress: Told how far it is.
            restart: Begin anew, whatever was read before.

        Raises:
            VaultError, LibraryError
        """
        since_ns = self._integrity.begin_run(restart=restart) if self._integrity is not None else 0
        files = [
            (path, node)
            for path, node in self._vault.walk(skip_refused=True)
            if node.kind is not NodeKind.FOLDER and node.problem is None
        ]
        progress = _Progress(sum(node.stored_size or 0 for _, node in files), on_progress)
        began = time.monotonic()
        for path, node in files:
            yield from self._file(path, node, since_ns, progress)
            progress.finish(node)
        self.file_count, self.read_size = len(files), progress.read_size
        self.read_s = time.monotonic() - began
        if self._integrity is not None:
            self._integrity.end_run()

    def _file(self, path: str, node: Node, since_ns: int, progress: "_Progress") -> Iterator[Finding]:
        """Read one file, unless this run did so before; yield what is wrong with it, if anything is."""
        check = self._integrity.checked(node, since_ns) if self._integrity is not None else None
        try:
            if check is not None:
                self.skipped_count += 1
            elif self._integrity is not None:
                check = self._integrity.check_file(node, progress.advance)
            else:
                check = read_whole(self._vault, node, None, progress.advance).check
        except NodeNotFoundError:  # removed since it was listed
            return
        if check.problem is not None:
            yield of_item(check.problem, path, node.stored_path, check.ranges)


class _Progress:
    """Counts stored bytes: those read, and those of files that are through."""

    def __init__(self, total_size: int, on_progress: Callable[[VaultCheckProgress], None]) -> None:
        self._total_size = total_size
        self._on_progress = on_progress
        self._finished_size = 0
        self._current_size = 0
        self.read_size = 0

    def advance(self, size: int) -> bool:
        self.read_size += size
        self._current_size += size
        self._tell()
        return True

    def finish(self, node: Node) -> None:
        self._finished_size += node.stored_size or 0
        self._current_size = 0
        self._tell()

    def _tell(self) -> None:
        self._on_progress(VaultCheckProgress(self._finished_size + self._current_size, self._total_size))
