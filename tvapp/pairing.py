"""Pairing a screen by a code, in the shape of RFC 8628: the screen shows it, a paired phone approves it."""

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from tvapp.devices import Devices
from tvapp.roles import Role

# RFC 8628, section 6.1: consonants only, so that no code spells a word or confuses 0 with O.
CODE_ALPHABET = "BCDFGHJKLMNPQRSTVWXZ"
CODE_LENGTH = 8
EXPIRES_IN_S = 600
INTERVAL_S = 3
PENDING_LIMIT = 50
PENDING_PER_ADDRESS = 3


class PairingError(Exception):
    """The answer of RFC 8628, section 3.5, when there is no token (yet)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class TooManyPairingsError(Exception):
    """So many screens wait for approval that no more codes are given out for now."""

    retry_after_s = 60.0

    def __init__(self) -> None:
        super().__init__("too many screens wait to be paired; try again in a minute")


@dataclass(slots=True)
class PendingPairing:
    """One screen that waits for a yes."""

    device_code: str
    user_code: str
    name: str
    address: str
    expires_at: float
    polled_at: float = 0.0
    approved: bool = False


@dataclass(frozen=True, slots=True)
class Paired:
    """What a device is given at the end of pairing."""

    device_id: str
    role: Role
    token: str


class Pairing:
    """The screens that wait for approval; they live in memory only and are few."""

    def __init__(self, devices: Devices, now: Callable[[], float] = time.monotonic) -> None:
        self._devices = devices
        self._now = now
        self._guard = threading.Lock()
        self._pending: dict[str, PendingPairing] = {}

    def start(self, name: str, address: str) -> PendingPairing:
        """Give a screen its codes.

        Args:
            name: What the screen calls itself; shown to the person who approves.
            address: Where the request came from; shown as well.
        """
        with self._guard:
            self._forget_expired()
            same = [p for p in self._pending.values() if p.address == address]
            if len(same) >= PENDING_PER_ADDRESS:  # a screen that was switched off and on again, or a nuisance
                del self._pending[same[0].device_code]
            if len(self._pending) >= PENDING_LIMIT:
                raise TooManyPairingsError
            code = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))
            pending = PendingPairing(
                secrets.token_urlsafe(32), code, name, address, expires_at=self._now() + EXPIRES_IN_S
            )
            self._pending[pending.device_code] = pending
            return pending

    def waiting(self, user_code: str) -> PendingPairing | None:
        """Return the screen that shows `user_code`, however it was typed."""
        wanted = "".join(letter for letter in user_code.upper() if letter in CODE_ALPHABET)
        with self._guard:
            self._forget_expired()
            return next((p for p in self._pending.values() if p.user_code == wanted), None)

    def approve(self, user_code: str) -> bool:
        """Say yes to a screen; False when no screen shows this code."""
        pending = self.waiting(user_code)
        if pending is None:
            return False
        pending.approved = True
        return True

    def collect(self, device_code: str) -> Paired:
        """Return the token of an approved screen, once.

        Raises:
            PairingError: `authorization_pending`, `slow_down` or `expired_token`.
        """
        with self._guard:
            self._forget_expired()
            pending = self._pending.get(device_code)
            if pending is None:
                raise PairingError("expired_token")
            if not pending.approved:
                too_soon = self._now() - pending.polled_at < INTERVAL_S / 2
                pending.polled_at = self._now()
                raise PairingError("slow_down" if too_soon else "authorization_pending")
            device, token = self._devices.add(pending.name, Role.TV)
            del self._pending[device_code]
        return Paired(device.device_id, device.role, token)

    def accept(self, invitation: str, name: str) -> Paired:
        """Pair by a one-time link.

        Raises:
            PairingError: `invalid_grant`: used, too old, or never given out.
        """
        accepted = self._devices.accept(invitation, name)
        if accepted is None:
            raise PairingError("invalid_grant")
        device, token = accepted
        return Paired(device.device_id, device.role, token)

    def _forget_expired(self) -> None:
        now = self._now()
        self._pending = {code: p for code, p in self._pending.items() if p.expires_at > now}
