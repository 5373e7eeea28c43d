"""A lane of its own for what players ask most: a part of a file.

To read 64 KiB and decrypt them takes less time than the web framework takes to find out which view to call, and a
player that jumps about asks a hundred times a minute.
"""

import re
import socket
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Flask, Request
from werkzeug.exceptions import HTTPException

from library import LibraryError, UnsatisfiableRangeError
from tvapp.access import Gatekeeper
from tvapp.devices import DevicesError
from tvapp.errors import RefusedError
from tvapp.household import Household
from tvapp.plaintext import Body, answer_of
from tvapp.reply_headers import OF_THE_API
from tvapp.request_activity import Accompanied
from vault import VaultError

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_FILE = re.compile(r"/api/v1/items/([a-z0-9]+)/file")
_VIEW = "media.file"
_STATUS = {HTTPStatus.OK: "200 OK", HTTPStatus.PARTIAL_CONTENT: "206 PARTIAL CONTENT"}
_SAID_BY_THE_FRAMEWORK = (
    RefusedError,
    DevicesError,
    HTTPException,
    LibraryError,
    UnsatisfiableRangeError,
    VaultError,
)


class RangeLane:
    """Stands before the application: gives parts of files, leaves everything else to it.

    Args:
        app: Whose view `media.file` is the long way to the same bytes.
        gatekeeper: Is asked here as it is there.
        household: Whose files they are.
    """

    def __init__(self, app: Flask, gatekeeper: Gatekeeper, household: Household) -> None:
        self._application: WSGIApplication = app.wsgi_app
        self._view = app.view_functions[_VIEW]
        self._gatekeeper = gatekeeper
        self._household = household

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a request; WSGI."""
        found = _FILE.fullmatch(environ["PATH_INFO"])
        if (
            found is None
            or environ["REQUEST_METHOD"] != "GET"
            or "HTTP_RANGE" not in environ
            or "HTTP_IF_MATCH" in environ
            or "HTTP_IF_NONE_MATCH" in environ
        ):
            return self._application(environ, start_response)
        try:
            return self._part(environ, start_response, found[1])
        except _SAID_BY_THE_FRAMEWORK:
            # Nothing was answered yet: whoever meets the same on the long way has the words for it.
            return self._application(environ, start_response)

    def _part(
        self, environ: "WSGIEnvironment", start_response: "StartResponse", item_id: str
    ) -> Iterable[bytes]:
        request = Request(environ, populate_request=False)
        request.view_args = {"item_id": item_id}
        self._gatekeeper.admit(request, self._view)
        activity = self._household.activity
        activity.begin()
        try:
            file = self._household.house.library.lend(item_id)
            try:
                answer = answer_of(file, environ)
                body = Body(file, answer.part)
                start_response(_STATUS[answer.status], [*answer.headers, *OF_THE_API])
                return Accompanied(_Together(body, environ.get("gunicorn.socket")), activity)
            except BaseException:
                file.close()
                raise
        finally:
            activity.end()


class _Together:
    """A body whose beginning goes out with the head of the answer, and whose end without waiting to be asked.

    Left to itself, TCP sends the head first, and the end when the client has acknowledged what came before it.
    """

    def __init__(self, body: Body, connection: socket.socket | None) -> None:
        self._body = body
        is_tcp = connection is not None and connection.family in {socket.AF_INET, socket.AF_INET6}
        self._connection = connection if is_tcp else None
        self._cork(1)

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._body)

    def close(self) -> None:
        """Let the rest go: all was written."""
        try:
            self._cork(0)
        finally:
            self._body.close()

    def _cork(self, is_in: int) -> None:
        if self._connection is not None:
            self._connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, is_in)
