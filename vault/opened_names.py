"""Names that were opened, kept in memory: a large folder is listed again in about the time that its disk takes.

A sealed name was authenticated when it was opened, and stands for one name in its folder for ever: what is kept
here cannot become wrong, whatever happens to the disk. It is as secret as the names are: it is never written
anywhere, and forgotten with the keys.
"""

import threading
from collections.abc import Mapping

MAX_COUNT = 50_000
"""How many names are kept: about 10 MB of memory."""
WORTH_KEEPING = 256
"""How many names of one folder: fewer are opened in half a millisecond."""

_NONE: Mapping[str, str] = {}


class OpenedNames:
    """What the sealed names in the large folders that were listed last stand for. Shared between threads."""

    def __init__(self, max_count: int = MAX_COUNT) -> None:
        self._max_count = max_count
        self._guard = threading.Lock()
        # The folder that was listed last comes last.
        self._folders: dict[str, Mapping[str, str]] = {}
        self._is_forgotten = False

    def of_folder(self, folder_id: str) -> Mapping[str, str]:
        """Return the names of a folder that are known, by sealed name."""
        return self._folders.get(folder_id, _NONE)

    def keep(self, folder_id: str, names: Mapping[str, str]) -> None:
        """Keep what the sealed names of a folder stand for, in place of what was known of it."""
        if len(names) < WORTH_KEEPING:
            return
        with self._guard:
            if self._is_forgotten:  # a listing that was under way when the vault was locked
                return
            self._folders.pop(folder_id, None)
            self._folders[folder_id] = names
            while self.count > self._max_count:
                del self._folders[next(iter(self._folders))]

    @property
    def count(self) -> int:
        """How many names are kept."""
        return sum(map(len, self._folders.values()))

    def forget(self) -> None:
        """Let go of all of them, and keep none from now on; safe twice."""
        with self._guard:
            self._is_forgotten = True
            self._folders.clear()
