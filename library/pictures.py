"""Pictures made from the files of the vault: photos as they are, videos by a frame of theirs."""

import contextlib
import hashlib
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from library.feed import Feed, Lease
from library.marks import MarkMaker
from library.on_demand import OnDemand
from library.opening import Opener
from library.photos import MAX_PHOTO_SIZE, Photo, PhotoError, PhotoReader
from library.records import Record
from transcoder import MediaHelper, MediaInfo
from vault import PlaintextReader

_HELPER_IDLE_S = 30.0  # a helper holds some 50 MB; starting one takes 0.3 s

_POSTER_FRACTION = 0.2  # past logos and title cards, before the end is given away
_OTHER_FRACTIONS = (0.3, 0.6)  # where to look when that frame is blank; the one that shows most wins
_BLANK = 12.0  # standard deviation of luma: black, white, a fade


class ReadPhoto(NamedTuple):
    """A photo, and the SHA-256 and the marks of its file, which was read whole for it."""

    photo: Photo
    sha256: bytes
    marks: bytes


class PictureMaker:
    """Makes pictures with helper processes of its own, started when needed, ended when idle.

    Args:
        opener: Opens files.
        feed: Returns the feed that the helpers read from.
        background: Nobody waits for these pictures.
    """

    def __init__(self, opener: Opener, feed: Callable[[], Feed], *, background: bool = False) -> None:
        self._opener = opener
        self._feed = feed
        self._photos = OnDemand(lambda: PhotoReader(background=background), idle_s=_HELPER_IDLE_S)
        self._media = OnDemand(MediaHelper, idle_s=_HELPER_IDLE_S)

    def open(self, record: Record) -> PlaintextReader:
        """Open the file of a record; see `Opener`."""
        return self._opener.open(record)

    @contextlib.contextmanager
    def lease(self, record: Record) -> Iterator[Lease]:
        """Lend an address from which the file of a record can be read."""
        with self._feed().lease(lambda: self._opener.open(record)) as lease:
            yield lease

    def read_photo(self, record: Record, widths: Sequence[int]) -> ReadPhoto:
        """Read the photo of a record, with JPEGs of these widths.

        Raises:
            PhotoError: It cannot be read as a picture.
            VaultError, ItemChangedError
        """
        if (record.size or 0) > MAX_PHOTO_SIZE:
            raise PhotoError("the picture is too large to be read")
        with self._opener.open(record) as reader:
            marks = MarkMaker(reader.size)
            reader.watch(marks.see)
            contents = reader.read()
        return ReadPhoto(self.shrink(contents, widths), hashlib.sha256(contents).digest(), marks.finish())

    def shrink(self, picture: bytes, widths: Sequence[int]) -> Photo:
        """Read a picture that is in memory.

        Raises:
            PhotoError
        """
        with self._photos.using() as photos:
            return photos.read(picture, widths)

    def probe(self, lease: Lease) -> MediaInfo:
        """Return what the leased video is.

        Raises:
            ProbeError, HelperCrashedError
        """
        with self._media.using() as media:
            return media.probe(lease.url)

    def poster(self, lease: Lease, duration_s: float, widths: Sequence[int]) -> Photo:
        """Return a frame of the leased video: early in it, elsewhere if that one is blank.

        Raises:
            ProbeError, HelperCrashedError, PhotoError: It has no frame that can be decoded.
        """
        poster = self._frame(lease, duration_s * _POSTER_FRACTION, widths)
        for fraction in _OTHER_FRACTIONS:
            if poster.contrast >= _BLANK:
                break
            poster = max(
                poster, self._frame(lease, duration_s * fraction, widths), key=lambda one: one.contrast
            )
        return poster

    def cover(self, lease: Lease, widths: Sequence[int]) -> Photo | None:
        """Return the picture that came along in the leased song, None where there is none.

        Raises:
            ProbeError, HelperCrashedError, PhotoError: It cannot be read.
        """
        with self._media.using() as media:
            picture = media.cover(lease.url)
        return self.shrink(picture, widths) if picture else None

    def _frame(self, lease: Lease, at_s: float, widths: Sequence[int]) -> Photo:
        with self._media.using() as media:
            frame = media.frame(lease.url, at_s, max(widths))
        return self.shrink(frame, widths)

    def close(self) -> None:
        """End the helpers, even in the middle of a picture. Safe twice."""
        self._photos.close()
        self._media.close()
