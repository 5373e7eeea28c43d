"""Searches folders for anything that should not be readable there."""

import contextlib
import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

WINDOW_SIZE = 24
WINDOWS_PER_FILE = 64

# Long enough that ciphertext does not match by chance: 8 bytes are one in 10^19 for every position.
STRUCTURES = {
    "JPEG": rb"\xff\xd8\xff(?:\xe0\x00\x10JFIF\x00|\xe1..Exif\x00|\xdb\x00[\x43\x84]\x00)",
    "MP4 file type": rb"ftyp(?:isom|iso[2-9]|mp4[12]|avc1|qt  |M4V |heic|mif1|hlsf|cmf)",
    "MP4 fragment": rb"moof\x00\x00\x00\x10mfhd",
    "MP4 index": rb"moov\x00\x00\x00\x6cmvhd",
    "MPEG-TS": rb"(?s)(?:\x47[\x00-\xff]{187}){8}",
    "Matroska": rb"\x1a\x45\xdf\xa3[\x00-\xff]{1,40}(?:matroska|webm)",
    "database": rb"SQLite format 3\x00",
    "playlist": rb"#EXTM3U",
    "PNG": rb"\x89PNG\r\n\x1a\n",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something readable: where, and what it is."""

    place: str
    what: str


class Canaries:
    """What is looked for: pieces of files, words in several encodings, the marks of media formats."""

    def __init__(self, files: Iterable[bytes], words: Iterable[str]) -> None:
        self._needles: dict[bytes, str] = {}
        picker = random.Random(7)
        for number, content in enumerate(files):
            for _ in range(WINDOWS_PER_FILE):
                start = picker.randrange(max(1, len(content) - WINDOW_SIZE))
                window = content[start : start + WINDOW_SIZE]
                if len(set(window)) > WINDOW_SIZE // 2:  # padding is found everywhere
                    self._needles[window] = f"bytes of file {number}"
        for word in words:
            for encoding in ("utf-8", "utf-16-le"):
                self._needles[word.encode(encoding)] = "a name"
            self._needles[repr(word)[1:-1].encode("unicode_escape")] = "a name"
        self._structures = {name: re.compile(pattern) for name, pattern in STRUCTURES.items()}

    def find_in(self, folders: Iterable[Path]) -> list[Finding]:
        """Search every file under the folders, contents and names."""
        found = []
        for path in files_under(folders):
            content = path.read_bytes()
            found += [Finding(str(path), what) for what in self.find_in_bytes(content)]
            found += [
                Finding(str(path), "its name") for needle in self._needles if needle in str(path).encode()
            ]
        return found

    def find_in_bytes(self, content: bytes) -> Iterator[str]:
        """Say what is readable in `content`."""
        yield from {what for needle, what in self._needles.items() if needle in content}
        yield from (name for name, pattern in self._structures.items() if pattern.search(content))


def files_under(folders: Iterable[Path]) -> Iterator[Path]:
    """Every regular file under the folders, those that appear and go meanwhile left out."""
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink():
                yield path


def deleted_files_of(pid: int) -> list[bytes]:
    """The contents of files that a process holds open though they have no name any more.

    Memory that the kernel shows as a file is left out: it is not on a disk.
    """
    contents = []
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it has ended
        for descriptor in list(Path(f"/proc/{pid}/fd").iterdir()):
            with contextlib.suppress(FileNotFoundError):  # it was closed meanwhile
                target = str(descriptor.readlink())
                if target.endswith(" (deleted)") and not target.startswith(("/memfd:", "/dev/shm", "/SYSV")):
                    contents.append(descriptor.read_bytes())
    return contents
