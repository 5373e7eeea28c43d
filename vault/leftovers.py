"""Notes that a writer leaves before a change of several steps, and what is done if it dies between them.

A note lies in the writer's own folder of the staging place and holds ciphertext paths only. Whoever opens the
vault next and finds the writer dead tidies up: a folder that was made and never linked goes, a node that has
its new name already loses its old one, a folder that was removed already loses its contents. Nothing else is
ever touched, and nothing that does not look exactly as that writer must have left it: meanwhile a sync program
or another app may have changed the vault.
"""

import contextlib
import json
import logging
import re
import secrets
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vault.node import FOLDER_ID_FILE, LONG_NAME_FILE
from vault.storage import shell_of

logger = logging.getLogger(__name__)

NOTE_PREFIX = "note-"
_MAX_NOTE_SIZE = 1 << 24
_MAX_PAYLOAD_SIZE = 1 << 20
# Where a note may lead: content folders, nodes, and the files of nodes. Not out of the vault.
_CONTENTS = re.compile(r"d/[A-Z2-7]{2}/[A-Z2-7]{30}")
_NODE = re.compile(_CONTENTS.pattern + r"/[^/\0]+\.c9[rs](/[^/\0]+\.c9r)?")
_STAGED = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class FolderMade:
    """`contents` are made before the `link` to them."""

    contents: str
    link: str

    def tidy(self, vault: Path, own: Path) -> None:
        """Remove contents that were never linked to, if there is nothing in them."""
        _require(_CONTENTS, self.contents)
        _require(_NODE, self.link)
        contents = vault / self.contents
        if not _is_there(vault / self.link) and _is_bare(contents, {FOLDER_ID_FILE}):
            _take_away(contents, own)


@dataclass(frozen=True, slots=True)
class NodeRelocated:
    """The file `source` is stored at `target`, too, before `source` and the folder around it go."""

    source: str
    target: str

    def tidy(self, vault: Path, own: Path) -> None:
        """Remove the old name if the new one is whole, or what there is of the new one."""
        _require(_NODE, self.source)
        _require(_NODE, self.target)
        source, target = vault / self.source, vault / self.target
        shells = [vault / shell for shell in map(shell_of, (self.source, self.target)) if shell is not None]
        if _is_there(source) and _is_there(target) and _is_same(source, target):
            shell = source.parent
            is_alone = shell in shells and _is_bare(shell, {LONG_NAME_FILE, source.name})
            _take_away(shell if is_alone else source, own)
        for shell in shells:
            if _is_bare(shell, {LONG_NAME_FILE}):
                _take_away(shell, own)


@dataclass(frozen=True, slots=True)
class FolderRemoved:
    """The `link` goes into the writer's own folder as `staged`, then the `contents` go."""

    link: str
    staged: str
    contents: Sequence[str]

    def tidy(self, vault: Path, own: Path) -> None:
        """Remove the contents if the link was taken out of the tree, and nobody has put it back."""
        _require(_NODE, self.link)
        _require(_STAGED, self.staged)
        if _is_there(vault / self.link) or not _is_there(own / self.staged):
            return
        for contents in self.contents:
            _require(_CONTENTS, contents)
            if _is_there(vault / contents):
                _take_away(vault / contents, own)


Note = FolderMade | NodeRelocated | FolderRemoved
_KINDS: dict[str, type[FolderMade] | type[NodeRelocated] | type[FolderRemoved]] = {
    "made": FolderMade,
    "relocated": NodeRelocated,
    "removed": FolderRemoved,
}


class ForeignNoteError(ValueError):
    """Not a note that a writer of ours left."""


def format_note(note: Note) -> bytes:
    """Return a note as it is stored."""
    kind = next(kind for kind, known in _KINDS.items() if isinstance(note, known))
    fields = {name: getattr(note, name) for name in note.__slots__}
    return json.dumps({"kind": kind, **fields}).encode()


def parse_note(data: bytes) -> Note:
    """Return what a note says; ForeignNoteError if it is none."""
    try:
        said = json.loads(data)
        kind = _KINDS[said.pop("kind")]
        if {name: _shape(value) for name, value in said.items()} != {
            name: list if name == "contents" and kind is FolderRemoved else str for name in kind.__slots__
        }:
            raise ForeignNoteError("a note of another shape")
        return kind(**said)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ForeignNoteError("not a note") from error


def tidy_after(vault: Path, own: Path) -> None:
    """Finish or undo what a dead writer was at, as its notes in its folder `own` say."""
    for path in sorted(own.glob(NOTE_PREFIX + "*")):
        try:
            if path.stat(follow_symlinks=False).st_size <= _MAX_NOTE_SIZE:
                parse_note(path.read_bytes()).tidy(vault, own)
                logger.info("tidied up after an interrupted change: %s", path.name)
        except (OSError, ForeignNoteError):
            logger.warning("an interrupted change could not be tidied up after: %s", path.name)


def _shape(value: object) -> type:
    if isinstance(value, list) and not all(isinstance(item, str) for item in value):
        raise ForeignNoteError("a note of another shape")
    return type(value)


def _require(pattern: re.Pattern[str], path: str) -> None:
    if not pattern.fullmatch(path):
        raise ForeignNoteError("a note that leads out of the vault")


def _is_there(path: Path) -> bool:
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def _is_bare(folder: Path, names: set[str]) -> bool:
    """Tell whether a folder is there and holds nothing but files of these names."""
    if not folder.is_dir() or folder.is_symlink():
        return False
    return all(item.name in names and item.is_file() for item in folder.iterdir())


def _is_same(source: Path, target: Path) -> bool:
    """Tell whether two files are one (a hard link), or small and equal."""
    if source.samefile(target):
        return True
    sizes = {source.lstat().st_size, target.lstat().st_size}
    return len(sizes) == 1 and sizes.pop() <= _MAX_PAYLOAD_SIZE and source.read_bytes() == target.read_bytes()


def _take_away(path: Path, own: Path) -> None:
    """Take a file or folder out of the tree in one step; it ends with the dead writer's folder."""
    taken = own / secrets.token_hex(8)
    path.rename(taken)
    with contextlib.suppress(OSError):
        if taken.is_dir() and not taken.is_symlink():
            shutil.rmtree(taken)
        else:
            taken.unlink()
