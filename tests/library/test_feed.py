"""The feed against the plaintext it serves, over real sockets."""

import contextlib
import http.client
import io
import socket
import threading
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from library.errors import LibraryClosedError
from library.feed import Feed
from tests.library.material import flip_byte, new_vault, put, stored_file
from vault import IntegrityError

CHUNK = 32 * 1024
SIZE = 3 * CHUNK + 100
PLAINTEXT = bytes(i * 31 % 251 for i in range(SIZE))


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    with new_vault(tmp_path_factory.mktemp("feed") / "vault") as vault:
        put(vault, "/film.mkv", PLAINTEXT)
        put(vault, "/empty", b"")
        yield vault


@pytest.fixture
def feed():
    with contextlib.closing(Feed()) as feed:
        yield feed


def opener(vault, path="/film.mkv"):
    node = vault.find(path)
    return lambda: vault.open(node)


def ask(url, method="GET", **headers):
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=10)
    with contextlib.closing(connection):
        connection.request(method, parts.path, headers=headers)
        response = connection.getresponse()
        return response.status, dict(response.getheaders()), response.read()


def test_the_whole_file(feed, stored):
    with feed.lease(opener(stored)) as lease:
        status, headers, body = ask(lease.url)
    assert (status, body) == (200, PLAINTEXT)
    assert headers["Content-Length"] == str(SIZE)
    assert headers["Accept-Ranges"] == "bytes"
    assert lease.damage is None


near_edge = st.builds(
    lambda n, off: max(0, min(SIZE + 2, n * CHUNK + off)), st.integers(0, 4), st.integers(-2, 2)
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(near_edge, near_edge)
def test_ranges_around_chunk_edges(running, first, last):
    lease, connection = running
    connection.request("GET", urlsplit(lease.url).path, headers={"Range": f"bytes={first}-{last}"})
    response = connection.getresponse()
    body = response.read()
    if last < first:
        assert (response.status, body) == (200, PLAINTEXT)
    elif first >= SIZE:
        assert (response.status, body) == (416, b"")
        assert response.getheader("Content-Range") == f"bytes */{SIZE}"
    else:
        assert (response.status, body) == (206, PLAINTEXT[first : last + 1])
        assert response.getheader("Content-Range") == f"bytes {first}-{min(last, SIZE - 1)}/{SIZE}"


@pytest.fixture
def running(stored):
    """One lease and one connection, kept alive over many requests."""
    with contextlib.closing(Feed()) as feed, feed.lease(opener(stored)) as lease:
        parts = urlsplit(lease.url)
        with contextlib.closing(
            http.client.HTTPConnection(parts.hostname, parts.port, timeout=10)
        ) as connection:
            yield lease, connection


def test_head_has_no_body(feed, stored):
    with feed.lease(opener(stored)) as lease:
        status, headers, body = ask(lease.url, "HEAD", Range="bytes=5-9")
    assert (status, headers["Content-Length"], body) == (206, "5", b"")


def test_an_empty_file(feed, stored):
    with feed.lease(opener(stored, "/empty")) as lease:
        assert ask(lease.url)[::2] == (200, b"")
        assert ask(lease.url, Range="bytes=0-")[0] == 416


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PROPFIND"])
def test_other_methods_find_nothing(feed, stored, method):
    with feed.lease(opener(stored)) as lease:
        status, _, body = ask(lease.url, method)
    assert (status, body) == (404, b"")


@pytest.mark.parametrize("path", ["/", "/f/", "/f/guess", "/f/../f/x", "/index.html"])
def test_other_paths_find_nothing(feed, stored, path):
    with feed.lease(opener(stored)) as lease:
        parts = urlsplit(lease.url)
        assert ask(f"http://{parts.netloc}{path}")[0] == 404


def test_only_loopback_listens(feed, stored):
    with feed.lease(opener(stored)) as lease:
        assert urlsplit(lease.url).hostname == "127.0.0.1"
        with pytest.raises(OSError, match="refused"):
            socket.create_connection(("127.0.0.2", urlsplit(lease.url).port), timeout=5)


def test_every_lease_has_a_token_of_128_bits(feed, stored):
    with contextlib.ExitStack() as leases:
        urls = {leases.enter_context(feed.lease(opener(stored))).url for _ in range(100)}
    assert len(urls) == 100
    assert min(len(url.rpartition("/")[2]) for url in urls) >= 22  # base64


def test_a_token_ends_with_its_lease(feed, stored):
    with feed.lease(opener(stored)) as lease, feed.lease(opener(stored)) as other:
        assert ask(lease.url)[0] == 200
    with feed.lease(opener(stored)) as other:
        assert ask(lease.url)[0] == 404
        assert ask(other.url)[0] == 200


class Endless:
    """A file larger than any buffer."""

    size = 1 << 40

    def iter_range(self, start, stop):
        piece = bytes(1 << 16)
        while start < stop:
            yield piece
            start += len(piece)

    def close(self):
        pass


def read_to_the_end(connection):
    with contextlib.suppress(ConnectionResetError):
        while connection.recv(1 << 20):
            pass


def open_body(url):
    """Ask for everything, read a little, and leave the rest unread: a paused player."""
    parts = urlsplit(url)
    connection = socket.create_connection((parts.hostname, parts.port), timeout=10)
    connection.sendall(f"GET {parts.path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    assert connection.recv(100).startswith(b"HTTP/1.1 200 ")
    return connection


def test_the_end_of_a_lease_cuts_who_still_reads(feed):
    with feed.lease(Endless) as lease:
        connection = open_body(lease.url)
    with connection:
        read_to_the_end(connection)  # would not end otherwise


def test_closing_cuts_everyone_and_joins_every_thread():
    before = set(threading.enumerate())
    feed = Feed()
    with contextlib.ExitStack() as stack:
        lease = stack.enter_context(feed.lease(Endless))
        readers = [stack.enter_context(open_body(lease.url)) for _ in range(5)]
        parts = urlsplit(lease.url)
        stack.enter_context(socket.create_connection((parts.hostname, parts.port)))  # one that asks nothing
        feed.close()
        assert set(threading.enumerate()) == before
        for reader in readers:
            read_to_the_end(reader)
        feed.close()
        with pytest.raises(LibraryClosedError), feed.lease(Endless):
            pass


@pytest.mark.parametrize("chunk_index", [0, 1, 2])
def test_a_damaged_chunk_cuts_the_connection(feed, tmp_path, chunk_index):
    with new_vault(tmp_path / "vault") as vault:
        put(vault, "/film.mkv", PLAINTEXT * 10)
        flip_byte(stored_file(vault, "/film.mkv"), 68 + chunk_index * (CHUNK + 28) * 9 + 500)
        with feed.lease(opener(vault)) as lease:
            with pytest.raises(
                (http.client.IncompleteRead, http.client.RemoteDisconnected, ConnectionResetError)
            ):
                ask(lease.url)
            assert isinstance(lease.damage, IntegrityError)
            # What is not damaged can still be read.
            assert ask(lease.url, Range="bytes=-10")[2] == (PLAINTEXT * 10)[-10:]


def test_a_cut_body_holds_only_genuine_bytes(feed, tmp_path):
    contents = PLAINTEXT * 10
    with new_vault(tmp_path / "vault") as vault:
        put(vault, "/film.mkv", contents)
        flip_byte(stored_file(vault, "/film.mkv"), 68 + 20 * (CHUNK + 28) + 500)
        with feed.lease(opener(vault)) as lease, pytest.raises(http.client.IncompleteRead) as caught:
            ask(lease.url)
    assert contents.startswith(caught.value.partial)


def test_the_vault_locked_meanwhile(feed, tmp_path):
    with new_vault(tmp_path / "vault") as vault:
        put(vault, "/film.mkv", PLAINTEXT)
        with feed.lease(opener(vault)) as lease:
            vault.close()
            with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
                ask(lease.url)


def test_nothing_is_printed(feed, stored, capfd, caplog):
    with feed.lease(opener(stored)) as lease:
        ask(lease.url)
        ask(lease.url + "x")
    assert capfd.readouterr() == ("", "")
    assert not caplog.records


def test_sixteen_at_once(feed, stored):
    with feed.lease(opener(stored)) as lease:
        bodies = [io.BytesIO() for _ in range(16)]
        threads = [
            threading.Thread(target=lambda body=body: body.write(ask(lease.url)[2])) for body in bodies
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert all(body.getvalue() == PLAINTEXT for body in bodies)
