"""Requests of paired devices are use of the house, from their first byte to the last of their answer."""

from collections.abc import Callable, Iterable, Iterator
from typing import Self, TypeVar, cast

from flask import Flask, Response, g, request

from tvapp.idle_lock import Activity

_UNATTENDED_ATTRIBUTE = "lanterne_unattended"

View = TypeVar("View", bound=Callable[..., object])


def unattended(view: View) -> View:
    """Mark a view that screens ask by themselves, watched or not: it does not keep the house open."""
    setattr(view, _UNATTENDED_ATTRIBUTE, True)
    return view


def attend(app: Flask, activity: Activity) -> None:
    """Count the requests to `app`; to be called after its gatekeeper, who knows the devices.

    A film is counted for as long as its body is open: a player that has enough reads nothing for minutes.
    """

    def begin() -> None:
        view = app.view_functions.get(request.endpoint or "")
        if "device" in g and not getattr(view, _UNATTENDED_ATTRIBUTE, False):
            activity.begin()
            g.is_attended = True

    def accompany(response: Response) -> Response:
        if g.get("is_attended") and response.is_streamed:
            response.response = Accompanied(cast("Iterable[bytes]", response.response), activity)
        return response

    def end(_error: BaseException | None) -> None:
        if g.pop("is_attended", False):
            activity.end()

    app.before_request(begin)
    app.after_request(accompany)
    app.teardown_request(end)


class Accompanied(Iterator[bytes]):
    """The body of a response, counted from its first piece on: a body that is never sent is never closed."""

    def __init__(self, body: Iterable[bytes], activity: Activity) -> None:
        self._body = body
        self._pieces = iter(body)
        self._activity = activity
        self._is_counted = False

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        if not self._is_counted:
            self._is_counted = True
            self._activity.begin()
        try:
            return next(self._pieces)
        except BaseException:
            self._end()
            raise

    def close(self) -> None:
        """The server is done with the body, sent or not."""
        self._end()
        close = getattr(self._body, "close", None)
        if close is not None:
            close()

    def _end(self) -> None:
        if self._is_counted:
            self._is_counted = False
            self._activity.end()
