"""One sidecar per installation and network, whatever the launcher does.

Two sidecars of one installation would see each other as strangers with the same name, and the box would be
listed twice. The lock is a Unix socket in Linux's abstract namespace (unix(7)): no file, let go by the kernel
at the very death of its holder, and kept per network namespace, which is exactly as far as an mDNS port goes.
"""

import hashlib
import socket
import uuid
from types import TracebackType
from typing import Self


class InstallationLock:
    """The right to speak for one installation on this network."""

    def __init__(self, install_id: uuid.UUID) -> None:
        # A digest: the list of such sockets can be read by every user of the machine.
        digest = hashlib.sha256(b"lanterne discovery " + install_id.bytes).hexdigest()
        self._address = f"\0lanterne-discovery-{digest[:32]}"
        self._socket: socket.socket | None = None

    def take(self) -> bool:
        """Take the lock if nobody holds it; return whether we hold it now."""
        if self._socket is not None:
            return True
        holder = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            holder.bind(self._address)
        except OSError:
            holder.close()
            return False
        self._socket = holder
        return True

    def close(self) -> None:
        """Let go; safe twice."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
