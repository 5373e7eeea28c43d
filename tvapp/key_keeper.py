"""The launcher keeps the masterkey for the web process, so that a restarted worker is unlocked at once.

The two talk over one socket pair made before the fork; nothing of it touches a disk. The launcher runs no
web and no media code, so it is a quieter place for a copy than any file. The copy is on a page of its own, kept
out of swap and wiped when the vault is locked.
"""

import secrets
import socket
import threading
from dataclasses import dataclass, field

from vault import SecretMemory

MASTERKEY_SIZE = 64
_NONCE_SIZE = 16
_READY, _KEEP, _FORGET, _RECALL = b"r", b"k", b"f", b"?"
_MESSAGE_SIZE = 1 + _NONCE_SIZE + MASTERKEY_SIZE


def socket_pair() -> tuple[socket.socket, socket.socket]:
    """Return the two ends: the launcher's and the web process's. Messages keep their borders."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


class KeyKeeper:
    """The web process's end. Without a launcher (a test, a debugger) it keeps nothing."""

    def __init__(self, end: socket.socket | None) -> None:
        self._end = end
        self._guard = threading.Lock()

    def ready(self) -> None:
        """Say that requests are served from now on."""
        self._send(_READY)

    def keep(self, masterkey: bytes) -> None:
        """Entrust the launcher with the masterkey."""
        self._send(_KEEP + masterkey)

    def forget(self) -> None:
        """Have the launcher forget it: the vault was locked."""
        self._send(_FORGET)

    def recall(self) -> bytes | None:
        """Return the masterkey that was entrusted earlier, if any."""
        if self._end is None:
            return None
        nonce = secrets.token_bytes(_NONCE_SIZE)
        with self._guard:
            self._end.send(_RECALL + nonce)
            # A worker that died while asking may have left its answer behind: only ours bears our nonce.
            while answer := self._end.recv(_MESSAGE_SIZE):
                if answer[:_NONCE_SIZE] == nonce:
                    return answer[_NONCE_SIZE:] or None
        return None

    def _send(self, message: bytes) -> None:
        if self._end is not None:
            with self._guard:
                self._end.send(message)


@dataclass(slots=True)
class Trust:
    """The launcher's end: what it was entrusted with."""

    end: socket.socket
    masterkey: SecretMemory | None = field(default=None, repr=False)
    web_is_ready: bool = False

    def answer(self) -> None:
        """Handle one message."""
        message = self.end.recv(_MESSAGE_SIZE)
        kind, content = message[:1], message[1:]
        if kind == _READY:
            self.web_is_ready = True
        elif kind == _KEEP and len(content) == MASTERKEY_SIZE:
            self.forget()
            self.masterkey = SecretMemory(content)
        elif kind == _FORGET:
            self.forget()
        elif kind == _RECALL:
            self._recall(content)

    def forget(self) -> None:
        """Wipe the masterkey; safe twice."""
        if self.masterkey is not None:
            self.masterkey.wipe()
            self.masterkey = None

    def _recall(self, nonce: bytes) -> None:
        if self.masterkey is None:
            self.end.send(nonce)
            return
        with self.masterkey.lend() as masterkey:
            self.end.sendmsg([nonce, masterkey])
