"""The feed: plaintext for ffmpeg and the media helper, over loopback HTTP, one token for one file.

A child process holds no key; it is given an address that works for one file and for as long as its
lease lasts. Only 127.0.0.1 listens, only GET and HEAD with a single Range are answered, everything else
is 404. When a chunk does not authenticate the connection is cut: a short body is never passed off as whole.
"""

import contextlib
import logging
import re
import secrets
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Protocol

from library.connection_owner import is_own_connection
from library.errors import LibraryClosedError, LibraryError
from library.ranges import ByteRange, UnsatisfiableRangeError, parse_range
from vault import VaultError

logger = logging.getLogger(__name__)

_TOKEN_SIZE = 16  # bytes: 128 random bits
_PATH = re.compile(r"/f/([A-Za-z0-9_-]+)")
# A reader that abandons an open-ended request leaves this much decrypted for nothing; the system's own
# choice is 2.5 to 6 MB.
_SEND_BUFFER_SIZE = 256 * 1024
_REQUEST_TIMEOUT_S = 30.0  # for a request to arrive; a body may wait for ever, a paused player does not read
_RETRY_ACCEPT_S = 0.1


class Plaintext(Protocol):
    """What the feed serves: a `vault.PlaintextReader`, or anything that reads like one."""

    @property
    def size(self) -> int:
        """Size in bytes."""

    def iter_range(self, start: int, stop: int) -> Iterator[bytes | memoryview]:
        """Yield the bytes from `start` to `stop` in pieces."""

    def close(self) -> None:
        """Free the file."""


Opener = Callable[[], Plaintext]


class Lease:
    """The right to read one file through the feed, until the lease ends.

    `url` works only meanwhile. `damage` is what went wrong while it was read: the reader on the other
    side sees no more than a cut connection.
    """

    def __init__(self, url: str, opener: Opener) -> None:
        self.url = url
        self.opener = opener
        self.damage: VaultError | None = None
        self._lock = threading.Lock()
        self._connections: set[socket.socket] = set()
        self._ended = False

    @contextlib.contextmanager
    def serving(self, connection: socket.socket) -> Iterator[None]:
        """Hold `connection` as one that ends with the lease. One that comes too late is cut at once."""
        with self._lock:
            self._connections.add(connection)
            if self._ended:
                _cut(connection)
        try:
            yield
        finally:
            with self._lock:
                self._connections.discard(connection)

    def end(self) -> None:
        """Cut every connection that reads."""
        with self._lock:
            self._ended = True
            for connection in self._connections:
                _cut(connection)


class Feed:
    """A loopback HTTP server and the leases it honours. Close it to end its threads."""

    def __init__(self) -> None:
        self._leases: dict[str, Lease] = {}
        self._lock = threading.Lock()
        self._server = _FeedServer(self._find)
        self._closed = False

    @contextlib.contextmanager
    def lease(self, opener: Opener) -> Iterator[Lease]:
        """Give out an address for what `opener` opens (once per request), good inside the context.

        Raises:
            LibraryClosedError
        """
        token = secrets.token_urlsafe(_TOKEN_SIZE)
        lease = Lease(f"http://127.0.0.1:{self._server.server_port}/f/{token}", opener)
        with self._lock:
            if self._closed:
                raise LibraryClosedError("the feed is closed")
            self._leases[token] = lease
        try:
            yield lease
        finally:
            with self._lock:
                self._leases.pop(token, None)
            lease.end()

    def close(self) -> None:
        """Revoke every lease, cut every connection and wait for the threads. Safe twice."""
        with self._lock:
            self._closed = True
            leases = list(self._leases.values())
            self._leases.clear()
        for lease in leases:
            lease.end()
        self._server.close()

    def _find(self, token: str) -> Lease | None:
        with self._lock:
            return self._leases.get(token)


class _FeedServer(ThreadingHTTPServer):
    """Accepts connections in a thread of its own, serves each in another, joins them all on close."""

    daemon_threads = False
    block_on_close = True

    def __init__(self, find: Callable[[str], Lease | None]) -> None:
        self.find = find
        self._closing = threading.Event()
        self._clients: set[socket.socket] = set()
        self._clients_lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), _FeedHandler)
        self._acceptor = threading.Thread(target=self._accept, name="feed")
        self._acceptor.start()

    def server_bind(self) -> None:
        """Bind, without the look-up of a host name that HTTPServer would do."""
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = self.socket.getsockname()

    def close(self) -> None:
        """Stop accepting, cut what is open, wait for every thread. Safe twice."""
        if self._closing.is_set():
            return
        self._closing.set()
        _cut(self.socket)  # wakes the accept() that waits
        self._acceptor.join()
        with self._clients_lock:
            for client in self._clients:
                _cut(client)
        self.server_close()

    def _accept(self) -> None:
        # Not serve_forever: that looks twice a second whether it should stop, and stops as late.
        while not self._closing.is_set():
            try:
                client, address = self.get_request()
            except OSError:
                # Closing, or out of file descriptors for a moment.
                self._closing.wait(_RETRY_ACCEPT_S)
                continue
            with self._clients_lock:
                self._clients.add(client)
            self.process_request(client, address)

    def shutdown_request(self, request: socket.socket) -> None:  # type: ignore[override]
        """Forget and close the connection of a client that was served."""
        with self._clients_lock:
            self._clients.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: object, client_address: object) -> None:  # noqa: ARG002 - socketserver's own
        """Log the fault: socketserver would print it to standard error."""
        logger.exception("the feed failed on a request")  # noqa: LOG004 - called while it is handled


class _FeedHandler(BaseHTTPRequestHandler):
    """One connection: requests for leased files, one after another."""

    protocol_version = "HTTP/1.1"
    # Headers and body are two writes; the second would wait 40 ms for the reader to acknowledge the first.
    disable_nagle_algorithm = True
    server: _FeedServer
    timeout = _REQUEST_TIMEOUT_S

    def setup(self) -> None:
        """Bound the send buffer before the first byte goes out."""
        self.request.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER_SIZE)
        super().setup()

    def handle_one_request(self) -> None:
        """Serve a request; a reader that went away in the middle is no error."""
        try:
            self.connection.settimeout(self.timeout)
            super().handle_one_request()
        except OSError:
            self.close_connection = True

    def do_GET(self) -> None:
        """Answer with the bytes."""
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        """Answer with the headers alone."""
        self._answer(with_body=False)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002
        """Answer other methods and malformed requests like an unknown token: there is nothing here."""
        self.close_connection = True
        self._refuse(404)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name http.server uses
        """Log nothing: a request line holds a token."""

    def _answer(self, *, with_body: bool) -> None:
        # An address stands on the encoder's command line, where every user of the machine can read it.
        if not is_own_connection(self.connection):
            self._refuse(404)
            return
        match = _PATH.fullmatch(self.path)
        lease = self.server.find(match.group(1)) if match else None
        if lease is None:
            self._refuse(404)
            return
        with lease.serving(self.connection):
            try:
                with contextlib.closing(lease.opener()) as plaintext:
                    self._send(plaintext, with_body=with_body)
            except VaultError as error:
                lease.damage = error
                self._abort()
            except LibraryError:
                self._abort()

    def _send(self, plaintext: Plaintext, *, with_body: bool) -> None:
        try:
            part = parse_range(self.headers.get("Range"), plaintext.size)
        except UnsatisfiableRangeError:
            self._refuse(416, f"bytes */{plaintext.size}")
            return
        start, stop = part or ByteRange(0, plaintext.size)
        # The first piece before the status line: damage there is an error, not a broken 200.
        pieces = plaintext.iter_range(start, stop) if with_body else iter(())
        first = next(pieces, b"")
        self.send_response(206 if part else 200)
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(stop - start))
        if part:
            self.send_header("Content-Range", f"bytes {start}-{stop - 1}/{plaintext.size}")
        self.end_headers()
        self.connection.settimeout(None)
        self.wfile.write(first)
        for piece in pieces:
            self.wfile.write(piece)

    def _refuse(self, status: int, content_range: str | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        if content_range:
            self.send_header("Content-Range", content_range)
        self.end_headers()

    def _abort(self) -> None:
        """Cut the connection, so that nobody takes what was sent for the whole."""
        self.close_connection = True
        _cut(self.connection)


def _cut(connection: socket.socket) -> None:
    """Shut the connection down in both directions; whoever reads or writes it wakes up."""
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
