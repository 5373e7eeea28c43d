"""Subtitles as text."""

from apiflask import APIBlueprint
from flask import Response

from tvapp.access import by_ticket, needs
from tvapp.household import Household
from tvapp.roles import Role
from tvapp.schemas import BYTES

WEBVTT_TYPE = "text/vtt"


def subtitles_blueprint(household: Household) -> APIBlueprint:
    """Return the route that gives a track of text."""
    bp = APIBlueprint("subtitles", __name__, url_prefix="/api/v1/items/<item_id>/subtitles", tag="Media")

    @bp.get("/<index>.vtt")
    @bp.output(BYTES, content_type=WEBVTT_TYPE, description="WebVTT, times from the beginning of the film")
    @bp.doc(
        summary="A subtitle track as text",
        security="token",
        responses={404: "no such track, or one of pictures"},
    )
    @by_ticket
    @needs(Role.TV)
    def track(item_id: str, index: str) -> Response:
        return Response(household.house.library.subtitles.webvtt(item_id, index), mimetype=WEBVTT_TYPE)

    return bp
