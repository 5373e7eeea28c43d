"""An item's plaintext as an HTTP response: ranges, entity tags, and no byte that was not authenticated."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple

from flask import Request, Response
from werkzeug.utils import get_content_type

from library import ByteRange, OpenFile, UnsatisfiableRangeError, parse_range

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_UNKNOWN_TYPE = "application/octet-stream"


class Answer(NamedTuple):
    """What is to be said before the bytes, and which bytes."""

    status: HTTPStatus
    headers: list[tuple[str, str]]
    part: ByteRange


class Body:
    """The bytes of a part of a file; the first piece is authenticated before there is a body. Closes the file.

    Raises:
        IntegrityError, VaultLockedError: The first piece cannot be read.
    """

    def __init__(self, file: OpenFile, part: ByteRange) -> None:
        self._file = file
        try:
            self._pieces = file.reader.iter_range(*part)
        except BaseException:
            file.close()
            raise

    def __iter__(self) -> Iterator[bytes]:
        return self._pieces

    def close(self) -> None:
        """The server is done with it."""
        self._file.close()


def plaintext_response(request: Request, file: OpenFile) -> Response:
    """Return the bytes that `request` asks for; closes `file` when they are sent.

    Damage in the first bytes raises before anything was sent and becomes a problem document. Damage further on
    can only break the connection off: what was announced is then never complete, so no player takes it for whole.

    Raises:
        IntegrityError: The first piece cannot be authenticated.
    """
    response = Response(headers=_headers(file))
    response.make_conditional(request)  # RFC 9110, section 13.2.2: conditions come before the range
    if response.status_code != HTTPStatus.OK:
        file.close()
        return response
    try:
        answer = answer_of(file, request.environ)
    except UnsatisfiableRangeError:
        file.close()
        response.status_code = HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
        response.headers["Content-Range"] = f"bytes */{file.reader.size}"
        return response
    if request.method == "HEAD":
        file.close()
        return Response(status=answer.status, headers=answer.headers)
    return Response(Body(file, answer.part), answer.status, answer.headers, direct_passthrough=True)


def answer_of(file: OpenFile, environ: "WSGIEnvironment") -> Answer:
    """Return what the `Range` and `If-Range` of a request come to.

    Several ranges at once are answered with the whole file, as RFC 9110, section 14.2, allows.

    Raises:
        UnsatisfiableRangeError: The range begins past the end.
    """
    size = file.reader.size
    asked = parse_range(environ.get("HTTP_RANGE"), size) if _still_the_same(file, environ) else None
    part = asked or ByteRange(0, size)
    headers = [*_headers(file), ("Content-Length", str(part.stop - part.start))]
    if asked is None:
        return Answer(HTTPStatus.OK, headers, part)
    headers.append(("Content-Range", f"bytes {part.start}-{part.stop - 1}/{size}"))
    return Answer(HTTPStatus.PARTIAL_CONTENT, headers, part)


def _headers(file: OpenFile) -> list[tuple[str, str]]:
    return [
        ("Content-Type", get_content_type(file.mime or _UNKNOWN_TYPE, "utf-8")),
        ("ETag", _etag(file)),
        ("Accept-Ranges", "bytes"),
    ]


def _etag(file: OpenFile) -> str:
    return f'"{file.reader.header_nonce.hex()}-{file.reader.size}"'


def _still_the_same(file: OpenFile, environ: "WSGIEnvironment") -> bool:
    """Whether a range may be served: with `If-Range`, only of the very file that the client already has."""
    condition = environ.get("HTTP_IF_RANGE")
    return condition is None or condition == _etag(file)
