"""Subtitles as a part of the stream, for players that have no other way to them."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from apiflask import APIBlueprint
from flask import Response

from library import NoSubtitlesError, SubtitleTrack
from transcoder import PLAYLIST_TYPE, SubtitleRendition, on_the_clock, text_playlist, text_renditions
from tvapp.access import by_ticket, current_device, current_ticket, needs
from tvapp.household import Household, OpenHouse
from tvapp.roles import Role
from tvapp.routes.subtitles import WEBVTT_TYPE

EMPTY = b"WEBVTT\n"


def ticket_for(house: OpenHouse, item_id: str) -> str:
    """Return what the links of a playlist carry.

    Who came by a ticket goes on with the same one: a ticket must not renew itself.
    """
    return current_ticket() or house.tickets.issue(item_id, current_device().device_id)


def text_tracks(
    house: OpenHouse, item_id: str, ticket: str, query: Mapping[str, Any]
) -> tuple[SubtitleRendition, ...]:
    """Return what a multivariant playlist lists; nothing where subtitles are drawn already, or unwanted."""
    if "burn" in query or query["subtitles"] == "off":
        return ()
    tracks = [track for track in house.library.subtitles.tracks(item_id) if track.is_text]
    asked = urlencode({"ticket": ticket})
    return text_renditions([(track, f"subtitles/{track.index}.m3u8?{asked}") for track in tracks])


def _text_indexes(tracks: Iterable[SubtitleTrack]) -> set[str]:
    return {str(track.index) for track in tracks if track.is_text}


def hls_subtitles_blueprint(household: Household) -> APIBlueprint:
    """Return the routes of text tracks: a playlist of one piece, and the piece."""
    bp = APIBlueprint(
        "hls_subtitles", __name__, url_prefix="/api/v1/items/<item_id>/hls/subtitles", tag="Media"
    )

    @bp.get("/<index>.m3u8")
    @bp.doc(hide=True)
    @by_ticket
    @needs(Role.TV)
    def playlist(item_id: str, index: str) -> Response:
        library = household.house.library
        media = library.item(item_id).media
        if media is None or index not in _text_indexes(library.subtitles.tracks(item_id)):
            raise NoSubtitlesError(item_id)
        asked = urlencode({"ticket": ticket_for(household.house, item_id)})
        return Response(text_playlist(f"{index}.vtt?{asked}", media.duration_s), mimetype=PLAYLIST_TYPE)

    @bp.get("/<index>.vtt")
    @bp.doc(hide=True)
    @by_ticket
    @needs(Role.TV)
    def text(item_id: str, index: str) -> Response:
        subtitles = household.house.library.subtitles
        try:
            webvtt = subtitles.webvtt(item_id, index)
        except NoSubtitlesError:
            if index not in _text_indexes(subtitles.tracks(item_id)):
                raise
            webvtt = EMPTY  # it was offered before anybody had read it; some players stop at a 404
        return Response(on_the_clock(webvtt), mimetype=WEBVTT_TYPE)

    return bp
