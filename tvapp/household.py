"""The one vault that this server serves, locked or unlocked, and everything that lives only while it is open."""

import contextlib
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from library import Library, LibraryError
from transcoder import FfmpegMissingError, Machine, Pool, TranscoderError, find_ffmpeg
from tvapp.config import Settings
from tvapp.devices import NAMES_KEY_INFO, Devices
from tvapp.idle_lock import SECONDS_PER_MINUTE, Activity, Alarm
from tvapp.key_keeper import KeyKeeper
from tvapp.previewing import PreviewWorker
from tvapp.quiet_work import QuietTime, QuietWork
from tvapp.scanning import BackgroundScan, ScanStatus
from tvapp.scrubbing import Scrubber, ScrubStatus
from tvapp.tickets import KEY_INFO as TICKETS_KEY_INFO
from tvapp.tickets import Tickets
from vault import Vault, VaultError, VaultLockedError

logger = logging.getLogger(__name__)

MIB = 1 << 20
_MACHINE_FILE = "machine.json"  # what encoders there are and how fast they are: no secret
_QUIET_S = 60.0  # how long nobody has asked for anything before the box works for itself


@dataclass(frozen=True, slots=True)
class OpenHouse:
    """What there is while the vault is unlocked."""

    vault: Vault
    library: Library
    pool: Pool
    tickets: Tickets
    scan: BackgroundScan
    scrub: Scrubber | None  # None where the settings say so
    previews: PreviewWorker

    def close(self) -> None:
        """End it all: the key and every stream at once, then what has to be waited for."""
        with contextlib.ExitStack() as closing:  # each is ended even if the one before failed
            readers: list[BackgroundScan | Scrubber | PreviewWorker] = [self.scan, self.previews]
            readers += [] if self.scrub is None else [self.scrub]
            for end in (
                *(reader.close for reader in readers),
                self.library.close,
                self.pool.close,
                self.library.subtitles.close,  # the pool waits for encoders that are about to draw some
                self.vault.close,
                *(reader.cancel for reader in readers),
            ):
                closing.callback(end)  # the last is called first


class Household:
    """Owner of the unlocked vault: opened by `unlock`, ended by `lock`; safe for threads.

    It locks itself when its `activity` is long ago, if the settings say so.
    """

    def __init__(
        self,
        settings: Settings,
        devices: Devices,
        keeper: KeyKeeper,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._devices = devices
        self._keeper = keeper
        self._guard = threading.Lock()
        self._open: OpenHouse | None = None
        self.activity = Activity(now)
        self._idle_limit_s = settings.lock_after_min * SECONDS_PER_MINUTE
        self._alarm = Alarm(self._left_s, self.lock_if_idle, "idle lock")

    @property
    def locked(self) -> bool:
        """Whether there is no masterkey in memory."""
        return self._open is None

    @property
    def house(self) -> OpenHouse:
        """What there is while the vault is unlocked.

        Raises:
            VaultLockedError: It is locked.
        """
        house = self._open
        if house is None:
            raise VaultLockedError
        return house

    @property
    def scrub_status(self) -> ScrubStatus | None:
        """How far the reading of all files is; None where it is turned off."""
        scrub = self.house.scrub
        return None if scrub is None else scrub.status

    @property
    def scan_status(self) -> ScanStatus:
        """How far the scan is that began at the unlock."""
        return self.house.scan.status

    def unlock(self, passphrase: str) -> None:
        """Open the vault; a passphrase for an already open vault is checked all the same.

        Raises:
            WrongPassphraseError: Nothing changed.
            NoVaultError: The folder is gone or holds no vault.
        """
        self._enter(Vault.unlock(self._settings.vault, passphrase))

    def resume(self) -> None:
        """Open the vault with the masterkey that an earlier worker entrusted, if there is one.

        If that fails, because the disk is away for one, the house stays locked: that is a state, not an error.
        """
        masterkey = self._keeper.recall()
        if masterkey is None:
            return
        try:
            self._enter(Vault.unlock_with_masterkey(self._settings.vault, masterkey))
        except (VaultError, LibraryError, TranscoderError, OSError) as error:
            logger.warning("locked for now: the vault could not be opened again (%s)", type(error).__name__)

    def lock(self) -> None:
        """End every stream, forget the masterkey, here and in the launcher."""
        with self._guard:
            self._forget_and_leave()
        logger.info("locked")

    def lock_if_idle(self) -> None:
        """Lock, unless somebody has come meanwhile."""
        with self._guard:
            left_s = self._left_s()
            if left_s is None or left_s > 0:
                return
            self._forget_and_leave()
        logger.info("locked: nobody was there for %g minutes", self._settings.lock_after_min)

    def close(self) -> None:
        """End everything but leave the key entrusted: the process stops, the vault was not locked."""
        self._alarm.close()
        with self._guard:
            self._leave()

    def _left_s(self) -> float | None:
        """Return the seconds until the vault locks itself; None if it does not, or is locked."""
        if self._open is None or not self._idle_limit_s:
            return None
        return self._idle_limit_s - self.activity.idle_s

    def _enter(self, vault: Vault) -> None:
        with self._guard, self.activity.during():
            if self._open is not None:
                vault.close()
                return
            with contextlib.ExitStack() as opening:
                opening.callback(vault.close)
                self._open = self._furnish(vault, opening)
                opening.pop_all()
            self._keeper.keep(vault.export_masterkey())
        if self._idle_limit_s:
            self._alarm.wake()
        logger.info("unlocked")

    def _furnish(self, vault: Vault, opening: contextlib.ExitStack) -> OpenHouse:
        settings = self._settings
        self._devices.seal_names_to(vault.derive_key(NAMES_KEY_INFO))
        library = Library(vault, settings.state)
        opening.callback(library.close)
        ffmpeg = settings.ffmpeg or _found_ffmpeg()
        quiet = QuietTime(self._is_quiet)
        pool = Pool(
            ffmpeg,
            encoder_limit=settings.encoder_limit,
            cache_size=settings.segment_cache_mib * MIB,
            machine=Machine(
                ffmpeg,
                memory=settings.state / _MACHINE_FILE,
                hardware=settings.hardware,
                turn=quiet.turn(QuietWork.SPEEDS),
            ),
        )
        opening.callback(pool.close)
        scan = BackgroundScan(library, self.activity)
        scrub = (
            Scrubber(library.integrity, settings.scrub_days, quiet.turn(QuietWork.SCRUB))
            if settings.scrub_days
            else None
        )
        previews = PreviewWorker(library.previews, quiet.turn(QuietWork.PREVIEWS))
        scan.start()
        previews.start()
        if scrub is not None:
            scrub.start()
        return OpenHouse(
            vault, library, pool, Tickets(vault.derive_key(TICKETS_KEY_INFO)), scan, scrub, previews
        )

    def _is_quiet(self) -> bool:
        """Return whether nothing plays, no scan runs and nobody browses."""
        return self.activity.idle_s >= _QUIET_S

    def _forget_and_leave(self) -> None:
        try:
            self._keeper.forget()
        finally:
            self._leave()

    def _leave(self) -> None:
        house, self._open = self._open, None
        if house is not None:
            house.close()


def _found_ffmpeg() -> Path:
    """Return the ffmpeg of this machine; a house without one opens all the same, and its machine says what lacks."""
    try:
        return find_ffmpeg()
    except FfmpegMissingError:
        return Path("ffmpeg")
