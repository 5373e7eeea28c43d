"""Images of items by width: from the store, or made when they are first asked for."""

import logging
import threading

from library.artwork import Artwork
from library.covers import Covers
from library.errors import NoImageError, StoreDamagedError
from library.examination import STORED_WIDTHS
from library.index import Index
from library.items import IMAGE_WIDTHS, ItemKind
from library.photos import PhotoError
from library.pictures import PictureMaker
from transcoder import HelperCrashedError, ProbeError

logger = logging.getLogger(__name__)


class Images:
    """Gives the JPEG of an item at any of `IMAGE_WIDTHS`."""

    def __init__(self, index: Index, covers: Covers, artwork: Artwork, maker: PictureMaker) -> None:
        self._index = index
        self._covers = covers
        self._artwork = artwork
        self._maker = maker
        # One picture is made at a time: twenty tiles that miss would else decode the same photo side by side.
        self._making = threading.Lock()

    def image(self, item_id: str, width: int) -> bytes:
        """Return the JPEG; see `Library.image`."""
        if width not in IMAGE_WIDTHS:
            raise ValueError(f"an image is {', '.join(map(str, IMAGE_WIDTHS))} pixels wide")
        if not self._index.has_image(item_id):
            beside = self._covers.beside(item_id)
            if beside is None:
                raise NoImageError(item_id)
            item_id = beside
        jpeg = self._stored(item_id, width)
        if jpeg is not None:
            return jpeg
        with self._making:
            jpeg = self._stored(item_id, width)
            return jpeg if jpeg is not None else self._make(item_id, width)

    def _make(self, item_id: str, width: int) -> bytes:
        contents = self._index.record(item_id).header_nonce
        try:
            jpeg = self._from_wider(item_id, width) or self._from_file(item_id, width)
        except (PhotoError, ProbeError, HelperCrashedError) as error:
            raise NoImageError(item_id) from error
        try:
            # A scan may have met new contents meanwhile; a picture of the old may not stay beside them.
            if self._index.record(item_id).header_nonce == contents:
                self._artwork.put(item_id, width, jpeg)
        except StoreDamagedError:
            logger.warning("an image could not be stored")
        return jpeg

    def _from_wider(self, item_id: str, width: int) -> bytes | None:
        """Return the JPEG shrunk from the next wider stored one: ten times faster than from the file."""
        wider = min((stored for stored in STORED_WIDTHS if stored > width), default=None)
        stored = self._stored(item_id, wider) if wider else None
        return self._maker.shrink(stored, (width,)).images[width] if stored is not None else None

    def _from_file(self, item_id: str, width: int) -> bytes:
        record, item = self._index.record(item_id), self._index.item(item_id)
        if item.kind is ItemKind.PHOTO:
            return self._maker.read_photo(record, (width,)).photo.images[width]
        with self._maker.lease(record) as lease:
            if item.kind is ItemKind.VIDEO:
                return self._maker.poster(lease, item.duration_s or 0.0, (width,)).images[width]
            cover = self._maker.cover(lease, (width,))
        if cover is None:
            raise NoImageError(item_id)
        return cover.images[width]

    def _stored(self, item_id: str, width: int) -> bytes | None:
        try:
            return self._artwork.get(item_id, width)
        except StoreDamagedError:
            return None  # what is lost there can be made anew
