"""One table from what went wrong to the problem document (RFC 9457) that says so."""

import json
import logging
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from apiflask import APIFlask, HTTPError
from flask import Response
from werkzeug.exceptions import HTTPException

import library
import transcoder
import vault
from tvapp.pairing import PairingError, TooManyPairingsError

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
_TYPE_PREFIX = "urn:lanterne:problem:"


@dataclass(frozen=True, slots=True)
class Problem:
    """One kind of problem: the end of its type, its title, its status."""

    slug: str
    title: str
    status: HTTPStatus


WRONG_PASSPHRASE = Problem("wrong-passphrase", "Wrong passphrase", HTTPStatus.FORBIDDEN)
LOCKED = Problem("vault-locked", "The vault is locked", HTTPStatus.LOCKED)
NO_VAULT = Problem("no-vault", "There is no vault", HTTPStatus.SERVICE_UNAVAILABLE)
DAMAGED = Problem("damaged-data", "The stored file is damaged", HTTPStatus.INTERNAL_SERVER_ERROR)
STORAGE = Problem("storage", "The vault cannot be read", HTTPStatus.SERVICE_UNAVAILABLE)
NOT_FOUND = Problem("not-found", "There is no such thing", HTTPStatus.NOT_FOUND)
NOTHING_NEXT = Problem("nothing-next", "Nothing follows", HTTPStatus.NOT_FOUND)
FILM_ENDED = Problem("film-ended", "The film is over", HTTPStatus.NOT_FOUND)
NO_PREVIEWS = Problem("no-previews", "There are no previews of this item", HTTPStatus.NOT_FOUND)
NO_IMAGE = Problem("no-image", "There is no picture of this item", HTTPStatus.NOT_FOUND)
NO_SUBTITLES = Problem("no-subtitles", "There are no such subtitles as text", HTTPStatus.NOT_FOUND)
NO_SOUND_TRACK = Problem("no-sound-track", "There is no such sound track", HTTPStatus.NOT_FOUND)
BAD_REQUEST = Problem("bad-request", "The request cannot be understood", HTTPStatus.BAD_REQUEST)
NOT_PLAYABLE = Problem("not-playable", "This file cannot be played", HTTPStatus.UNPROCESSABLE_ENTITY)
CHANGED = Problem("changed", "The file has changed", HTTPStatus.CONFLICT)
BUSY = Problem("busy", "The box is busy", HTTPStatus.SERVICE_UNAVAILABLE)
CONVERSION = Problem("conversion-failed", "The conversion failed", HTTPStatus.INTERNAL_SERVER_ERROR)
PAIRING = Problem("pairing", "Not paired", HTTPStatus.BAD_REQUEST)
NOT_PAIRED = Problem("not-paired", "This device is not paired", HTTPStatus.UNAUTHORIZED)
NOT_ALLOWED = Problem("not-allowed", "This device may not do that", HTTPStatus.FORBIDDEN)
MISDIRECTED = Problem("misdirected", "Not this server's name", HTTPStatus.MISDIRECTED_REQUEST)
TOO_MANY = Problem("too-many-attempts", "Too many attempts", HTTPStatus.TOO_MANY_REQUESTS)

# The first entry that fits decides: a special case stands before its base class.
TABLE: tuple[tuple[type[Exception], Problem], ...] = (
    (vault.WrongPassphraseError, WRONG_PASSPHRASE),
    (vault.VaultLockedError, LOCKED),
    (vault.NoVaultError, NO_VAULT),
    (vault.FormatError, NO_VAULT),
    (vault.IntegrityError, DAMAGED),
    (vault.NodeNotFoundError, NOT_FOUND),
    (vault.VaultError, STORAGE),
    (library.ItemNotFoundError, NOT_FOUND),
    (library.NoImageError, NO_IMAGE),
    (library.NoPreviewsError, NO_PREVIEWS),
    (library.NoSubtitlesError, NO_SUBTITLES),
    (library.NotPlayableError, NOT_PLAYABLE),
    (library.ItemChangedError, CHANGED),
    (library.NotAFileError, BAD_REQUEST),
    (library.BadCursorError, BAD_REQUEST),
    (library.VaultAwayError, STORAGE),
    (library.LibraryClosedError, LOCKED),
    (library.SubtitlesBusyError, BUSY),
    (library.LibraryError, STORAGE),
    (transcoder.UnknownProfileError, BAD_REQUEST),
    (transcoder.UnknownAbilityError, BAD_REQUEST),
    (transcoder.NoSoundTrackError, NO_SOUND_TRACK),
    (transcoder.FilmEndedError, FILM_ENDED),
    (transcoder.SegmentNotFoundError, NOT_FOUND),
    (transcoder.BusyError, BUSY),
    (transcoder.PoolClosedError, LOCKED),
    (transcoder.TranscoderError, CONVERSION),
    (PairingError, PAIRING),
    (TooManyPairingsError, TOO_MANY),
)


class RefusedError(Exception):
    """A request that is refused with one of the problems above."""

    def __init__(self, problem: Problem, detail: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(detail)
        self.problem = problem
        self.retry_after_s = retry_after_s


def problem_response(problem: Problem, detail: str, **members: object) -> Response:
    """Return the problem document; `members` are further fields of it."""
    body = {
        "type": _TYPE_PREFIX + problem.slug,
        "title": problem.title,
        "status": int(problem.status),
        "detail": detail,
    }
    return Response(json.dumps(body | members), status=problem.status, mimetype=MEDIA_TYPE)


def register_errors(app: APIFlask) -> None:
    """Have every error of the application answered by a problem document."""
    app.register_error_handler(RefusedError, _refused)
    app.register_error_handler(transcoder.UnreadablePartError, _unreadable_part)
    for kind, problem in TABLE:
        app.register_error_handler(kind, _answer_with(problem))
    app.register_error_handler(HTTPException, _http_exception)
    app.error_processor(_validation)
    app.register_error_handler(Exception, _unexpected)


def _refused(error: RefusedError) -> Response:
    return _with_retry(problem_response(error.problem, str(error)), error.retry_after_s)


def _answer_with(problem: Problem) -> Any:  # noqa: ANN401 - Flask's handler type is a private union
    def answer(error: Exception) -> Response:
        if problem.status == HTTPStatus.INTERNAL_SERVER_ERROR:
            logger.warning("answered with %s", problem.slug, exc_info=error)
        members: dict[str, object] = {"error": error.code} if isinstance(error, PairingError) else {}
        if isinstance(error, transcoder.EncodeError) and error.until_s is not None:
            members["damaged_until_s"] = error.until_s
        return _with_retry(
            problem_response(problem, str(error), **members), getattr(error, "retry_after_s", None)
        )

    return answer


def _unreadable_part(error: transcoder.UnreadablePartError) -> Response:
    """Say why, and where a film goes on behind damage; a vault that is locked is locked everywhere."""
    problem = next((one for kind, one in TABLE if isinstance(error.reason, kind)), STORAGE)
    if problem is not DAMAGED:
        return problem_response(problem, str(error))
    logger.warning("answered with %s", problem.slug, exc_info=error.reason)
    members = {} if error.until_s is None else {"damaged_until_s": error.until_s}
    return problem_response(problem, str(error), **members)


def _with_retry(response: Response, retry_after_s: float | None) -> Response:
    if retry_after_s is not None:
        response.headers["Retry-After"] = str(max(1, round(retry_after_s)))
    return response


def _http_exception(error: HTTPException) -> Response:
    status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    slug = status.phrase.lower().replace(" ", "-")
    response = problem_response(Problem(slug, status.phrase, status), error.description or status.phrase)
    for name, value in error.get_headers():
        if name not in {"Content-Type", "Content-Length"}:
            response.headers[name] = value
    return response


def _validation(error: HTTPError) -> Response:
    status = HTTPStatus(error.status_code)
    slug = "invalid-input" if error.detail else status.phrase.lower().replace(" ", "-")
    members = {"errors": error.detail} if error.detail else {}
    return problem_response(Problem(slug, status.phrase, status), str(error.message), **members)


def _unexpected(error: Exception) -> Response:
    logger.error("unexpected error", exc_info=error)
    failure = HTTPStatus.INTERNAL_SERVER_ERROR
    return problem_response(
        Problem("internal-server-error", "Something went wrong", failure),
        "An unexpected error happened; the server's log has more.",
    )
