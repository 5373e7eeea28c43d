"""Single byte ranges of a loopback URL, for what a demuxer does not tell."""

import http.client
from typing import Protocol
from urllib.parse import urlsplit

from transcoder.closing import Closing

TIMEOUT_S = 20.0


class Ranges(Protocol):
    """Some file whose bytes can be had from anywhere in it."""

    def read(self, start: int, size: int) -> bytes:
        """Return `size` bytes from `start`, fewer at the end of the file, none beyond.

        Raises:
            OSError: It cannot be read.
        """


class RangeReader(Closing):
    """Reads ranges of one URL over one connection."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme != "http" or parts.hostname is None:
            raise ValueError("only http URLs are read")
        self._path = parts.path + (f"?{parts.query}" if parts.query else "")
        self._connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=TIMEOUT_S)

    def read(self, start: int, size: int) -> bytes:
        """Return `size` bytes from `start`, fewer at the end of the file, none beyond.

        Raises:
            OSError: The server does not answer, or not with a range.
        """
        try:
            self._connection.request(
                "GET", self._path, headers={"Range": f"bytes={start}-{start + size - 1}"}
            )
            response = self._connection.getresponse()
            body = response.read(size) if response.status == http.client.PARTIAL_CONTENT else b""
            if response.status == http.client.REQUESTED_RANGE_NOT_SATISFIABLE or not response.isclosed():
                self._connection.close()  # what is left of the answer is not wanted
        except http.client.HTTPException as error:
            raise OSError("not a proper HTTP answer") from error
        if response.status not in (http.client.PARTIAL_CONTENT, http.client.REQUESTED_RANGE_NOT_SATISFIABLE):
            raise OSError(f"status {response.status} for a range")
        return body

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
