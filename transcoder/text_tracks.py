"""Subtitles for players that read them out of the stream (RFC 8216, sections 3.5 and 4.3.4.1)."""

import re
from collections.abc import Sequence
from typing import Protocol

from transcoder.languages import language_tag, own_name
from transcoder.playlist import MediaPlaylist, MediaSegment, SubtitleRendition, format_media
from transcoder.segments import EPOCH_S

MPEG_CLOCK_HZ = 90_000
_UNPRINTABLE = re.compile(r"[\s\x00-\x1f\x7f-\x9f\ud800-\udfff]+")
_LONGEST_NAME = 80  # characters


class TextTrack(Protocol):
    """What a playlist says of a subtitle track."""

    @property
    def language(self) -> str | None:
        """Return the code that the file gives."""

    @property
    def title(self) -> str | None:
        """Return the track's own name."""

    @property
    def forced(self) -> bool:
        """Return whether it is for those who read no other."""

    @property
    def default(self) -> bool:
        """Return whether it shows unless somebody wants otherwise."""


def text_renditions(tracks: Sequence[tuple[TextTrack, str]]) -> tuple[SubtitleRendition, ...]:
    """Return what the multivariant playlist says of `tracks`, each with the address of its playlist.

    Names are made unique, as a group asks for. At most one is shown by default. A player chooses by itself among
    those that it can tell apart: of the same language and kind, that is the first.
    """
    renditions: list[SubtitleRendition] = []
    names: set[str] = set()
    for track, uri in tracks:
        language = language_tag(track.language)
        rivals = [one for one in renditions if (one.language, one.forced) == (language, track.forced)]
        default = track.default and not any(one.default for one in renditions)
        name = _unique(_name(track), names)
        names.add(name)
        renditions.append(
            SubtitleRendition(
                uri=uri,
                name=name,
                language=language,
                default=default,
                autoselect=default or (language is not None and not any(one.autoselect for one in rivals)),
                forced=track.forced,
            )
        )
    return tuple(renditions)


def text_playlist(uri: str, duration_s: float) -> str:
    """Return the playlist of a text track, all in one piece: it is smaller than a second of picture."""
    return format_media(MediaPlaylist(segments=(MediaSegment(uri, max(duration_s, 0.1)),), version=3))


def on_the_clock(webvtt: bytes) -> bytes:
    """Return WebVTT that says where its times are on the clock of the segments (RFC 8216, section 3.5)."""
    head, _, rest = webvtt.partition(b"\n")
    clock = f"X-TIMESTAMP-MAP=MPEGTS:{round(EPOCH_S * MPEG_CLOCK_HZ)},LOCAL:00:00:00.000"
    return head + b"\n" + clock.encode() + b"\n" + rest


def _name(track: TextTrack) -> str:
    title = _UNPRINTABLE.sub(" ", (track.title or "").replace('"', "'")).strip()[:_LONGEST_NAME]
    return title or own_name(track.language) or language_tag(track.language) or "Subtitles"


def _unique(name: str, taken: set[str]) -> str:
    number, found = 1, name
    while found in taken:
        number += 1
        found = f"{name} {number}"
    return found
