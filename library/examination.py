"""What a file is: probed, read and pictured. Whatever is wrong with it becomes a sentence, not an error."""

import logging
from dataclasses import replace

from library.checks import ALTERED
from library.errors import AlteredError
from library.feed import Lease
from library.items import ItemKind, Location
from library.kinds import is_sound, mime_of
from library.photos import PhotoDecoderError, PhotoError
from library.pictures import PictureMaker
from library.problems import Problem, text_of
from library.records import Examined, Record
from transcoder import HelperCrashedError, HelperTimeoutError, MediaInfo, ProbeError
from vault import IntegrityError, TruncatedError

logger = logging.getLogger(__name__)

# Made when a file is read; the other widths of the contract when they are asked for.
STORED_WIDTHS = (440, 1280)

Images = dict[int, bytes]  # JPEG by width

DAMAGED = Problem("damaged", "its contents are not what was stored")
INCOMPLETE = Problem("incomplete", "the file was cut short or is still being copied")
NO_VIDEO = "this is not a video that can be read"
NO_SOUND = "this is not a sound that can be read"
_NO_MEDIA = {
    "empty": "the file is empty",
    "blank": "the file begins with nothing but zeros: it was never filled",
    "unfinished": "the file was cut short or never finished: its index is missing",
}
_WHAT_IT_IS = {
    "playlist": "a playlist, which names videos that lie elsewhere",
    "page": "a page of the web, such as a refused download leaves",
    "text": "text",
    "picture": "a picture",
    "document": "a document",
    "archive": "an archive",
}
CRASHED = "the video made its decoder fail"
TOO_SLOW = "reading the video took too long"


def examine(record: Record, maker: PictureMaker) -> tuple[Examined, Images]:
    """Return what the file of `record` is, and its pictures at `STORED_WIDTHS`.

    Raises:
        VaultError: It cannot be read now (locked, away, disk errors): nothing is known of it.
        ItemChangedError: It was replaced since it was listed.
        LibraryClosedError
    """
    found, images = _plain(record), Images()
    if record.header_nonce is not None and record.node_problem is None:
        try:
            found, images = _EXAMINATIONS[record.kind](record, maker)
        except IntegrityError as error:
            found = replace(found, problem=str(damage_of(error)))
    problem = text_of(record.node_problem) or found.problem or text_of(record.seal_problem)
    return replace(found, problem=problem, has_image=bool(images)), images


def damage_of(error: IntegrityError) -> Problem:
    """Return what an integrity error means to a person."""
    if isinstance(error, AlteredError):
        return ALTERED
    return INCOMPLETE if isinstance(error, TruncatedError) else DAMAGED


def _plain(record: Record) -> Examined:
    """Return what the name alone says."""
    return Examined(kind=record.kind, mime=mime_of(record.name))


def _other(record: Record, maker: PictureMaker) -> tuple[Examined, Images]:
    return _video(record, maker) if is_sound(record.name) else (_plain(record), {})


def _photo(record: Record, maker: PictureMaker) -> tuple[Examined, Images]:
    try:
        photo, sha256, marks = maker.read_photo(record, STORED_WIDTHS)
    except PhotoError as error:
        certain = not isinstance(error, PhotoDecoderError)
        return replace(_plain(record), problem=str(error), certain=certain), {}
    found = Examined(
        kind=ItemKind.PHOTO,
        # One decoder for the whole family: the name says which of them it is.
        mime=mime_of(record.name) if photo.mime == "image/heif" else photo.mime,
        width=photo.width,
        height=photo.height,
        taken_at=photo.taken_at,
        location=photo.location,
        sha256=sha256,
        marks=marks,
    )
    return found, photo.images


def _video(record: Record, maker: PictureMaker) -> tuple[Examined, Images]:
    media: MediaInfo | None = None
    images: Images = {}
    problem: str | None = None
    with maker.lease(record) as lease:
        try:
            media = maker.probe(lease)
            images = _poster(maker, lease, media)
        except HelperTimeoutError:
            problem = TOO_SLOW
        except HelperCrashedError:
            problem = CRASHED
        except ProbeError as error:
            problem = _no_media(error.cause, is_sound=record.kind is ItemKind.OTHER)
    # The helper only saw its connection cut; what cut it is the better explanation.
    if isinstance(lease.damage, IntegrityError):
        problem = str(damage_of(lease.damage))
    elif lease.damage is not None:
        raise lease.damage
    found = replace(_plain(record), problem=problem, certain=problem not in (CRASHED, TOO_SLOW))
    return (found if media is None else _with_media(found, media)), images


def _no_media(cause: str | None, *, is_sound: bool) -> str:
    """Return in words why a file is no video, or no sound."""
    if cause in _NO_MEDIA:
        return _NO_MEDIA[cause]
    if cause in _WHAT_IT_IS:
        return f"this is not a {'sound' if is_sound else 'video'} but {_WHAT_IT_IS[cause]}"
    return NO_SOUND if is_sound else NO_VIDEO


def _poster(maker: PictureMaker, lease: Lease, media: MediaInfo) -> Images:
    """Return the poster, or a song's cover; one without a picture that can be decoded has none."""
    try:
        if media.video:
            return maker.poster(lease, media.duration_s, STORED_WIDTHS).images
        cover = maker.cover(lease, STORED_WIDTHS)
    except (ProbeError, HelperCrashedError, PhotoError):
        logger.info("no picture could be made of a video or song")
        return {}
    return {} if cover is None else cover.images


def _with_media(found: Examined, media: MediaInfo) -> Examined:
    """Add what the probe saw. A film's container without a film in it is sound: not a video, but it plays."""
    if not media.video:
        return replace(found, kind=ItemKind.OTHER, mime=media.mime, duration_s=media.duration_s, media=media)
    picture = media.video[0]
    return replace(
        found,
        kind=ItemKind.VIDEO,
        mime=media.mime,
        duration_s=media.duration_s,
        width=picture.upright_width,
        height=picture.upright_height,
        taken_at=media.taken_at,
        location=Location(*media.location) if media.location else None,
        media=media,
    )


_EXAMINATIONS = {ItemKind.PHOTO: _photo, ItemKind.VIDEO: _video, ItemKind.OTHER: _other}
