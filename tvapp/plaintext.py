"""An item's plaintext as an HTTP response: ranges, entity tags, and no byte that was not authenticated."""

from collections.abc import Iterator
from http import HTTPStatus

from flask import Request, Response

from library import Item
from vault import PlaintextReader


def plaintext_response(request: Request, reader: PlaintextReader, item: Item) -> Response:
    """Return the bytes that `request` asks for; closes `reader` when they are sent.

    Damage in the first bytes raises before anything was sent and becomes a problem document. Damage further on
    can only break the connection off: what was announced is then never complete, so no player takes it for whole.

    Raises:
        IntegrityError: The first piece cannot be authenticated.
    """
    size = reader.size
    etag = f"{reader.header_nonce.hex()}-{size}"
    response = Response(mimetype=item.mime or "application/octet-stream")
    response.set_etag(etag)
    response.headers["Accept-Ranges"] = "bytes"
    response.make_conditional(request)  # RFC 9110, section 13.2.2: conditions come before the range
    if response.status_code != HTTPStatus.OK:
        reader.close()
        return response
    start, stop, response.status_code = _span(request, size, etag)
    if response.status_code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
        reader.close()
        response.headers["Content-Range"] = f"bytes */{size}"
        return response
    response.content_length = stop - start
    if response.status_code == HTTPStatus.PARTIAL_CONTENT:
        response.headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    if request.method == "HEAD":
        reader.close()
        return response
    response.call_on_close(reader.close)
    response.response = _authenticated(reader, start, stop)
    return response


def _span(request: Request, size: int, etag: str) -> tuple[int, int, HTTPStatus]:
    """Return which half-open part of the plaintext is asked for, and the status that goes with it.

    Several ranges at once are answered with the whole file, as RFC 9110, section 14.2, allows.
    """
    asked = request.range
    if (
        asked is None
        or asked.units != "bytes"
        or len(asked.ranges) != 1
        or not _still_the_same(request, etag)
    ):
        return 0, size, HTTPStatus.OK
    first, stop = asked.ranges[0]
    if stop is None and first < -size < 0:  # "the last N bytes" of a file that has fewer: all of them
        return 0, size, HTTPStatus.PARTIAL_CONTENT
    span = asked.range_for_length(size)
    if span is None:
        return 0, 0, HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
    return span[0], span[1], HTTPStatus.PARTIAL_CONTENT


def _still_the_same(request: Request, etag: str) -> bool:
    """Whether a range may be served: with `If-Range`, only of the very file that the client already has."""
    condition = request.headers.get("If-Range")
    return condition is None or condition == f'"{etag}"'


def _authenticated(reader: PlaintextReader, start: int, stop: int) -> Iterator[bytes]:
    """Return the pieces; the first is authenticated before this returns."""
    pieces = reader.iter_range(start, stop)
    try:
        first = next(pieces, b"")
    except BaseException:
        reader.close()
        raise
    return _chain(first, pieces)


def _chain(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest
