"""gunicorn's parser of requests, without what it does again for each of the many requests of a connection."""

from gunicorn.http.body import LengthReader
from gunicorn.http.message import Request
from gunicorn.http.parser import RequestParser


class RecurringRequest(Request):  # type: ignore[misc]
    """A request whose connection remembers whether its peer is a trusted proxy."""

    def _peer_is_trusted_proxy(self) -> bool:
        known: bool | None = getattr(self.unreader, "peer_is_trusted_proxy", None)
        if known is None:
            known = self.unreader.peer_is_trusted_proxy = bool(super()._peer_is_trusted_proxy())
        return known


class RecurringParser(RequestParser):  # type: ignore[misc]
    """The parser of one connection."""

    mesg_class = RecurringRequest

    def finish_body(self, deadline: float | None = None, max_bytes: int | None = None) -> bool:
        """Read what the application left of a request's body; say whether that was all of it."""
        body = self.mesg.body if self.mesg else None
        if body is not None and isinstance(body.reader, LengthReader) and body.reader.length == 0:
            return not body.failed  # there is no more: no timeout to set and reset, nothing to ask for
        return bool(super().finish_body(deadline, max_bytes))
