"""What is watched: where one was, what to go on with, what comes next."""

import re
import time
from collections.abc import Callable, Iterable
from dataclasses import replace

from library.errors import NotPlayableError
from library.folding import fold
from library.index import Index
from library.items import Item, ItemKind, ItemPage, ItemQuery
from library.positions import Position, Positions
from library.records import iso_time

# What is left then is credits: 6 minutes of two hours, 2 of an episode, seconds of a clip.
FINISHED_FRACTION = 0.95
# Less is "I only looked": the smaller of a share of the film and seconds.
LOOKED_FRACTION = 0.05
LOOKED_S = 20.0

_NUMBER = "\0"  # in no name


class Watching:
    """The items of an index, with where people are in them. For any thread.

    Args:
        index: The items.
        positions: Where people are.
        now_ns: The time of day, nanoseconds since the epoch.
    """

    def __init__(self, index: Index, positions: Positions, now_ns: Callable[[], int] = time.time_ns) -> None:
        self._index = index
        self._positions = positions
        self._now_ns = now_ns

    def page(self, query: ItemQuery) -> ItemPage:
        """Return a page of items.

        Raises:
            BadCursorError
        """
        page = self._index.page(query, self._positions.all() if query.needs_positions else {})
        return ItemPage(tuple(self._with_positions(page.items)), page.next)

    def with_position(self, item: Item) -> Item:
        """Return the item, with where people are in it."""
        return next(iter(self._with_positions([item])))

    def put(self, item_id: str, position_s: float) -> None:
        """Remember where somebody is in a video or song, or that it was seen to the end.

        Who only looks at the beginning leaves no position there, nor takes away one that was farther on.

        Args:
            item_id: Of the video or song.
            position_s: Playing time, 0 or more; below `LOOKED_S` (in short films `LOOKED_FRACTION`) nothing changes;
                from `FINISHED_FRACTION` of the film on, it was watched.

        Raises:
            ItemNotFoundError
            NotPlayableError: Neither a video nor a song, or its beginning could never be read.
        """
        header_nonce, duration_s = self._playable(item_id)
        if duration_s and position_s >= duration_s * FINISHED_FRACTION:
            self._positions.finish(header_nonce, self._now_ns())
        elif position_s >= _looked_s(duration_s):
            self._positions.put(header_nonce, position_s, self._now_ns())

    def forget(self, item_id: str) -> None:
        """Have it as if the video was never played.

        Raises:
            ItemNotFoundError, NotPlayableError
        """
        header_nonce, _ = self._playable(item_id)
        self._positions.forget(header_nonce)

    def following(self, item_id: str) -> Item | None:
        """Return the video that comes after an item in its folder, by the natural order of names; None at the end.

        After a song comes a song. After the last episode of "Season 1" comes the first of "Season 2": the next
        folder that is called the same but for its numbers.

        Raises:
            ItemNotFoundError
        """
        here = self._index.item(item_id)
        kind = ItemKind.OTHER if here.kind is ItemKind.OTHER else ItemKind.VIDEO
        item = self._index.playable_after(item_id, kind) or self._after_the_folder_of(here, kind)
        return None if item is None else self.with_position(item)

    def _after_the_folder_of(self, item: Item, kind: ItemKind) -> Item | None:
        folder_id = item.parent_id
        if folder_id is None:
            return None
        name = _without_numbers(self._index.item(folder_id).name)
        if _NUMBER not in name:
            return None
        seasons = (one for one in self._index.folders_after(folder_id) if _without_numbers(one.name) == name)
        firsts = (self._index.first_playable(one.id, kind) for one in seasons)
        return next((first for first in firsts if first is not None), None)

    def _playable(self, item_id: str) -> tuple[bytes, float | None]:
        item = self._index.item(item_id)
        if (item.kind is not ItemKind.VIDEO and item.media is None) or item.header_nonce is None:
            raise NotPlayableError(item_id)
        return item.header_nonce, item.duration_s

    def _with_positions(self, items: Iterable[Item]) -> Iterable[Item]:
        listed = list(items)
        played = (ItemKind.VIDEO, ItemKind.OTHER)
        known = self._positions.of(
            one.header_nonce for one in listed if one.kind in played and one.header_nonce
        )
        for item in listed:
            position = known.get(item.header_nonce or b"")
            yield item if position is None else _at(item, position)


def _looked_s(duration_s: float | None) -> float:
    return min(LOOKED_S, duration_s * LOOKED_FRACTION) if duration_s else LOOKED_S


def _without_numbers(name: str) -> str:
    return re.sub(r"\d+", _NUMBER, fold(name))


def _at(item: Item, position: Position) -> Item:
    watched_at = None if position.watched_ns is None else iso_time(position.watched_ns)
    return replace(item, position_s=position.position_s, watched_at=watched_at)
