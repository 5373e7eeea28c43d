"""Small pictures of a film, to scrub by."""

from typing import Any

from apiflask import APIBlueprint
from flask import Response

from library import NoPreviewsError
from tvapp import errors
from tvapp.access import by_ticket, needs
from tvapp.household import Household
from tvapp.item_json import previews_json
from tvapp.request_activity import unattended
from tvapp.roles import Role
from tvapp.routes.hls_subtitles import ticket_for
from tvapp.schemas import BYTES, PreviewsOut

_LOOK_AGAIN_S = 5.0


def previews_blueprint(household: Household) -> APIBlueprint:
    """Return the routes of previews."""
    bp = APIBlueprint("previews", __name__, url_prefix="/api/v1/items/<item_id>/previews", tag="Media")

    @bp.get("")
    @bp.output(PreviewsOut)
    @bp.doc(summary="How the pictures to scrub by are laid out", security="token", responses=[404, 423])
    @unattended  # asked for over and over while they are made
    @by_ticket
    @needs(Role.TV)
    def previews(item_id: str) -> dict[str, Any]:
        house = household.house
        try:
            layout = house.library.previews.layout(item_id)
        except NoPreviewsError as error:
            if not error.expected:
                raise
            house.previews.ask(item_id)
            raise errors.RefusedError(
                errors.NO_PREVIEWS, "they are being made", retry_after_s=_LOOK_AGAIN_S
            ) from error
        return previews_json(item_id, layout, ticket_for(house, item_id))

    @bp.get("/<int:index>.jpg")
    @bp.output(BYTES, content_type="image/jpeg", description="JPEG")
    @bp.doc(summary="A sheet of them", security="token", responses=[404, 423])
    @by_ticket
    @needs(Role.TV)
    def sheet(item_id: str, index: int) -> Response:
        return Response(household.house.library.previews.sheet(item_id, index), mimetype="image/jpeg")

    return bp
