"""One scan at a time, in a thread of its own, as long as the vault is unlocked."""

import logging
import threading
from dataclasses import dataclass

from library import Library, LibraryError, ScanProgress
from transcoder import TranscoderError
from tvapp.idle_lock import Activity
from vault import VaultError

logger = logging.getLogger(__name__)

_LOOK_AGAIN_S = 20.0  # a file counts as arriving until a minute after it was last written to


@dataclass(frozen=True, slots=True)
class ScanStatus:
    """How far the scan is; `total` is None until the files are counted."""

    running: bool
    done: int = 0
    total: int | None = None


class BackgroundScan:
    """Owner of the scanning thread of one opened library: one scan, and further ones while files arrive."""

    def __init__(self, library: Library, activity: Activity, look_again_s: float = _LOOK_AGAIN_S) -> None:
        self._library = library
        self._activity = activity
        self._look_again_s = look_again_s
        self._cancelled = threading.Event()
        self._status = ScanStatus(running=True)
        self._through = threading.Event()
        self._thread = threading.Thread(target=self._run, name="scan")

    @property
    def status(self) -> ScanStatus:
        """How far the scan is."""
        return self._status

    def start(self) -> None:
        """Begin to read what is new in the vault."""
        self._thread.start()

    def wait_until_through(self, patience_s: float) -> bool:
        """Wait until all that was there at the beginning is read; return whether it is."""
        return self._through.wait(patience_s)

    def cancel(self) -> None:
        """Have it stop after the file at hand, without waiting."""
        self._cancelled.set()

    def close(self) -> None:
        """Stop after the file at hand."""
        self.cancel()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        try:
            while self._scan() and not self._cancelled.wait(self._look_again_s):
                pass
        except (VaultError, LibraryError, TranscoderError, OSError):
            # Locked meanwhile, or the folder went away: the library stays as it was.
            if not self._cancelled.is_set():
                logger.warning("the scan was broken off", exc_info=True)

    def _scan(self) -> bool:
        """Scan once; return whether to look again soon."""
        try:
            with self._activity.during():
                report = self._library.scan(self._note, self._cancelled)
        finally:
            self._status = ScanStatus(running=False, done=self._status.done, total=self._status.total)
            self._through.set()
        return report.unrested_count > 0

    def _note(self, progress: ScanProgress) -> None:
        self._status = ScanStatus(running=True, done=progress.done, total=progress.total)
