"""HLS on demand: playlists known up front, segments made when they are asked for."""

import secrets
from typing import Any
from urllib.parse import urlencode

from apiflask import APIBlueprint
from flask import Response, request

from library import NoSubtitlesError
from transcoder import PLAYLIST_TYPE, Stream, VariantLink, profile_for
from tvapp.access import by_ticket, needs
from tvapp.household import Household, OpenHouse
from tvapp.roles import Role
from tvapp.routes.hls_subtitles import text_tracks, ticket_for
from tvapp.schemas import BYTES, StreamQuery

Query = dict[str, Any]
# What the playlists' links say again. Where to start is not among it: a segment's name says where the viewer is.
_CARRIED_ON = ("audio", "burn", "convert")


def hls_blueprint(household: Household) -> APIBlueprint:
    """Return the routes of HLS. A stream's address names the profile and the session, so it can be resumed."""
    bp = APIBlueprint("hls", __name__, url_prefix="/api/v1/items/<item_id>/hls", tag="Media")

    def stream_of(item_id: str, profile: str, session_id: str, query: Query) -> Stream:
        house = household.house
        quality = query.get("quality", "auto")
        return house.pool.stream(
            house.library.source(item_id),
            profile_for(profile),
            session_id=session_id,
            audio=query.get("audio"),
            burn=query.get("burn"),
            quality=None if quality == "auto" else int(quality),
            convert=query.get("convert", False),
            start_s=query.get("start"),
        )

    def link(item_id: str, folder: str, query: Query) -> VariantLink:
        carried_on = {name: int(query[name]) for name in _CARRIED_ON if name in query}
        kept = {"ticket": ticket_for(household.house, item_id)} | carried_on

        def address(name: str, quality: int | None = None) -> str:
            return f"{folder}{name}?{urlencode(kept if quality is None else kept | {'quality': quality})}"

        return address

    @bp.get("/master.m3u8")
    @bp.input(StreamQuery, location="query", arg_name="query")
    @bp.output(BYTES, content_type=PLAYLIST_TYPE, description="RFC 8216")
    @bp.doc(summary="Multivariant playlist for a screen profile", security="token", responses=[400, 404, 422])
    @by_ticket
    @needs(Role.TV)
    def master(item_id: str, query: Query) -> Response:
        _check_burn(household.house, item_id, query)
        profile = profile_for(query["profile"], query["can"]).name
        session_id = secrets.token_urlsafe(9)
        stream = stream_of(item_id, profile, session_id, query)
        _begin_early(stream, query)
        words = text_tracks(household.house, item_id, ticket_for(household.house, item_id), query)
        text = stream.multivariant_playlist(link(item_id, f"{profile}/{session_id}/", query), words)
        return Response(text, mimetype=PLAYLIST_TYPE)

    @bp.get("/<profile>/<session_id>/media.m3u8")
    @bp.input(StreamQuery, location="query", arg_name="query")
    @bp.doc(hide=True)
    @by_ticket
    @needs(Role.TV)
    def media(item_id: str, profile: str, session_id: str, query: Query) -> Response:
        stream = stream_of(item_id, profile, session_id, query)
        stream.begin()
        address, quality = link(item_id, "", query), stream.quality
        return Response(stream.media_playlist(lambda name: address(name, quality)), mimetype=PLAYLIST_TYPE)

    @bp.get("/<profile>/<session_id>/init.mp4")
    @bp.input(StreamQuery, location="query", arg_name="query")
    @bp.doc(hide=True)
    @by_ticket
    @needs(Role.TV)
    def init_segment(item_id: str, profile: str, session_id: str, query: Query) -> Response:
        stream = stream_of(item_id, profile, session_id, query)
        return Response(stream.init_segment(), mimetype=stream.segment_type)

    @bp.get("/<profile>/<session_id>/<int:index>.<any(m4s, ts):_kind>")
    @bp.input(StreamQuery, location="query", arg_name="query")
    @bp.doc(hide=True)
    @by_ticket
    @needs(Role.TV)
    def segment(
        item_id: str, profile: str, session_id: str, index: int, _kind: str, query: Query
    ) -> Response:
        stream = stream_of(item_id, profile, session_id, query)
        body = stream.segment(index)
        if request.environ.get("SERVER_PROTOCOL") == "HTTP/1.0":
            # Without chunks the end of the connection is the end of the body: a cut would not show.
            return Response(b"".join(body), mimetype=stream.segment_type)
        response = Response(body, mimetype=stream.segment_type)
        if body.size is not None:  # otherwise it is still being made, and sent in pieces as they come
            response.content_length = body.size
        return response

    return bp


def _check_burn(house: OpenHouse, item_id: str, query: Query) -> None:
    """Refuse subtitles that there are none of: later a player would be left with a film that does not begin."""
    if "burn" in query and query["burn"] >= len(house.library.subtitles.tracks(item_id)):
        raise NoSubtitlesError(item_id)


def _begin_early(stream: Stream, query: Query) -> None:
    """Begin with the first playlist, where it leaves nothing to choose and there is no text to read first."""
    if stream.has_one_variant and "burn" not in query:
        stream.begin()
