"""The devices that were paired with this server, and the invitations that are open.

Kept in one small file of the state folder, because a device must be known before the vault is unlocked.
A token is kept as its SHA-256 only. A device's name says who lives here, so it is sealed to a key that only
the unlocked vault has: anybody at the box may add a device, only the open vault can read the names.
"""

import base64
import contextlib
import fcntl
import hashlib
import json
import os
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from tvapp.roles import Role

NAMES_KEY_INFO = "lanterne device names"
INVITATION_LIFE_S = 15 * 60.0
_TOKEN_SIZE = 32
_SEALING = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
_SEALING_INFO = b"lanterne device name"


class DevicesError(Exception):
    """The file of the paired devices cannot be used; the message says why and what to do."""


class UnknownDeviceError(DevicesError):
    """No device has this id."""


@dataclass(frozen=True, slots=True)
class Device:
    """A paired device as it is kept: no token and no readable name."""

    device_id: str
    role: Role
    token_sha256: str
    sealed_name: str
    paired_at: str


@dataclass(frozen=True, slots=True)
class Invitation:
    """A one-time link that was given out, known by the hash of its secret."""

    secret_sha256: str
    role: Role
    expires_at: float


@dataclass(frozen=True, slots=True)
class _Book:
    """The whole file."""

    names_key: str | None = None
    devices: tuple[Device, ...] = ()
    invitations: tuple[Invitation, ...] = ()
    stamp: tuple[int, int] = field(default=(0, 0), compare=False)


class Devices:
    """The paired devices of one state folder; safe for threads and for several processes at once."""

    def __init__(self, state: Path, now: Callable[[], float] = time.time) -> None:
        self._path = state / "devices.json"
        self._now = now
        self._guard = threading.Lock()
        self._book = _Book()

    def add(self, name: str, role: Role) -> tuple[Device, str]:
        """Pair a device and return it with its token, which is not kept and cannot be shown again.

        Its name is not kept either as long as no vault was opened with this state folder.
        """
        token = secrets.token_urlsafe(_TOKEN_SIZE)
        with self._changing() as book:
            device = Device(
                device_id=secrets.token_hex(4),
                role=role,
                token_sha256=_fingerprint(token),
                sealed_name=_seal(name, book.names_key),
                paired_at=datetime.now(UTC).isoformat(timespec="seconds"),
            )
            self._write(replace(book, devices=(*book.devices, device)))
        return device, token

    def revoke(self, device_id: str) -> None:
        """Forget a device: its token opens nothing from now on."""
        with self._changing() as book:
            kept = tuple(device for device in book.devices if device.device_id != device_id)
            if len(kept) == len(book.devices):
                raise UnknownDeviceError(f"no device has the id {device_id}")
            self._write(replace(book, devices=kept))

    def all(self) -> tuple[Device, ...]:
        """Every paired device, in the order of pairing."""
        return self._current().devices

    def by_token(self, token: str) -> Device | None:
        """Return the device that holds `token`."""
        wanted = _fingerprint(token)
        for device in self._current().devices:
            if secrets.compare_digest(device.token_sha256, wanted):
                return device
        return None

    def by_id(self, device_id: str) -> Device | None:
        """Return the device of this id."""
        return next((device for device in self._current().devices if device.device_id == device_id), None)

    def invite(self, role: Role) -> str:
        """Return the secret of a new one-time link; it lasts a quarter of an hour."""
        secret = secrets.token_urlsafe(_TOKEN_SIZE)
        with self._changing() as book:
            invitation = Invitation(_fingerprint(secret), role, self._now() + INVITATION_LIFE_S)
            self._write(replace(book, invitations=(*self._open(book), invitation)))
        return secret

    def accept(self, secret: str, name: str) -> tuple[Device, str] | None:
        """Pair a device by a one-time link; None when the link was used, is too old or never was."""
        wanted = _fingerprint(secret)
        with self._changing() as book:
            valid = self._open(book)
            found = next((i for i in valid if secrets.compare_digest(i.secret_sha256, wanted)), None)
            if found is None:
                return None
            self._write(replace(book, invitations=tuple(i for i in valid if i is not found)))
        return self.add(name, found.role)

    def seal_names_to(self, private_bytes: bytes) -> None:
        """Have names sealed to this X25519 key from now on: called whenever the vault is opened.

        Args:
            private_bytes: 32 bytes derived from the masterkey; only the public half is kept.
        """
        public = X25519PrivateKey.from_private_bytes(private_bytes).public_key().public_bytes_raw()
        names_key = base64.b64encode(public).decode("ascii")
        if self._current().names_key == names_key:
            return
        with self._changing() as book:
            self._write(replace(book, names_key=names_key))

    @staticmethod
    def read_name(device: Device, private_bytes: bytes) -> str | None:
        """Return a device's name; None when it was not kept, or sealed while another vault was in use."""
        try:
            key = X25519PrivateKey.from_private_bytes(private_bytes)
            return _SEALING.decrypt(base64.b64decode(device.sealed_name), key, info=_SEALING_INFO).decode()
        except (InvalidTag, ValueError):
            return None

    def _open(self, book: _Book) -> tuple[Invitation, ...]:
        return tuple(invitation for invitation in book.invitations if invitation.expires_at > self._now())

    def _current(self) -> _Book:
        """The book as it is on disk now: another process may have written it."""
        with self._guard:
            try:
                status = self._path.stat()
            except FileNotFoundError:
                return _Book()
            stamp = (status.st_mtime_ns, status.st_ino)
            if stamp != self._book.stamp:
                self._book = replace(_parse(self._path), stamp=stamp)
            return self._book

    @contextlib.contextmanager
    def _changing(self) -> Iterator[_Book]:
        """Hold the file for one change, against other threads and other processes."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield self._current()

    def _write(self, book: _Book) -> None:
        text = json.dumps(
            {
                "version": 1,
                "names_key": book.names_key,
                "devices": [_plain(device) for device in book.devices],
                "invitations": [_plain(invitation) for invitation in book.invitations],
            },
            indent=1,
        )
        new = self._path.with_suffix(".new")
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _fingerprint(secret: str) -> str:
    # The secrets are 256 random bits, so a plain hash cannot be turned back.
    return hashlib.sha256(secret.encode()).hexdigest()


def _seal(name: str, names_key: str | None) -> str:
    if names_key is None:
        return ""
    key = X25519PublicKey.from_public_bytes(base64.b64decode(names_key))
    return base64.b64encode(_SEALING.encrypt(name.encode(), key, info=_SEALING_INFO)).decode("ascii")


def _plain(entry: Device | Invitation) -> dict[str, Any]:
    return asdict(entry) | {"role": entry.role.word}


def _typed(entry: dict[str, Any]) -> dict[str, Any]:
    return entry | {"role": Role.named(entry["role"])}


def _parse(path: Path) -> _Book:
    try:
        table = json.loads(path.read_text(encoding="ascii"))
        if table["version"] != 1:
            raise DevicesError(f"{path} was written by a newer version")
        return _Book(
            names_key=table["names_key"],
            devices=tuple(Device(**_typed(entry)) for entry in table["devices"]),
            invitations=tuple(Invitation(**_typed(entry)) for entry in table["invitations"]),
        )
    except (ValueError, TypeError, KeyError) as error:
        raise DevicesError(f"{path} is damaged; remove it and pair the devices again") from error
