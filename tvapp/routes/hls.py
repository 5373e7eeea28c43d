"""HLS on demand: playlists known up front, segments made when they are asked for."""

import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from apiflask import APIBlueprint
from flask import Response, request

from transcoder import PLAYLIST_TYPE, Stream, profile_named
from tvapp.access import by_ticket, current_device, current_ticket, needs
from tvapp.household import Household
from tvapp.roles import Role
from tvapp.schemas import BYTES, StreamQuery


def hls_blueprint(household: Household) -> APIBlueprint:
    """Return the routes of HLS. A stream's address names the profile and the session, so it can be resumed."""
    bp = APIBlueprint("hls", __name__, url_prefix="/api/v1/items/<item_id>/hls", tag="Media")

    def stream_of(item_id: str, profile: str, session_id: str, audio: int | None) -> Stream:
        house = household.house
        source = house.library.source(item_id)
        return house.pool.stream(source, profile_named(profile), session_id=session_id, audio=audio)

    def link(item_id: str, folder: str, audio: int | None) -> Callable[[str], str]:
        # Who came by a ticket goes on with the same one: a ticket must not renew itself.
        ticket = current_ticket() or household.house.tickets.issue(item_id, current_device().device_id)
        query = urlencode({"ticket": ticket} | ({} if audio is None else {"audio": audio}))
        return lambda name: f"{folder}{name}?{query}"

    @bp.get("/master.m3u8")
    @bp.input(StreamQuery, location="query", arg_name="query")
    @bp.output(BYTES, content_type=PLAYLIST_TYPE, description="RFC 8216")
    @bp.doc(summary="Multivariant playlist for a screen profile", security="token", responses=[400, 404, 422])
    @by_ticket
    @needs(Role.TV)
    def master(item_id: str, query: dict[str, Any]) -> Response:
        profile, audio, session_id = query["profile"], query.get("audio"), secrets.token_urlsafe(9)
        stream = stream_of(item_id, profile, session_id, audio)
        text = stream.multivariant_playlist(link(item_id, f"{profile}/{session_id}/", audio))
        return Response(text, mimetype=PLAYLIST_TYPE)

    @bp.get("/<profile>/<session_id>/media.m3u8")
    @bp.input(StreamQuery, location="query", arg_name="query")
    @bp.doc(hide=True)
    @by_ticket
    @needs(Role.TV)
    def media(item_id: str, profile: str, session_id: str, query: dict[str, Any]) -> Response:
        audio = query.get("audio")
        stream = stream_of(item_id, profile, session_id, audio)
        return Response(stream.media_playlist(link(item_id, "", audio)), mimetype=PLAYLIST_TYPE)

    @bp.get("/<profile>/<session_id>/init.mp4")
    @bp.input(StreamQuery, location="query", arg_name="query")
    @bp.doc(hide=True)
    @by_ticket
    @needs(Role.TV)
    def init_segment(item_id: str, profile: str, session_id: str, query: dict[str, Any]) -> Response:
        stream = stream_of(item_id, profile, session_id, query.get("audio"))
        return Response(stream.init_segment(), mimetype=stream.segment_type)

    @bp.get("/<profile>/<session_id>/<int:index>.<any(m4s, ts):_kind>")
    @bp.input(StreamQuery, location="query", arg_name="query")
    @bp.doc(hide=True)
    @by_ticket
    @needs(Role.TV)
    def segment(
        item_id: str, profile: str, session_id: str, index: int, _kind: str, query: dict[str, Any]
    ) -> Response:
        stream = stream_of(item_id, profile, session_id, query.get("audio"))
        body = stream.segment(index)
        if request.environ.get("SERVER_PROTOCOL") == "HTTP/1.0":
            # Without chunks the end of the connection is the end of the body: a cut would not show.
            return Response(b"".join(body), mimetype=stream.segment_type)
        response = Response(body, mimetype=stream.segment_type)
        if body.size is not None:  # otherwise it is still being made, and sent in pieces as they come
            response.content_length = body.size
        return response

    return bp
