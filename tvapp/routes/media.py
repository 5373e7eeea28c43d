"""The plaintext bytes of an item, and its picture."""

from apiflask import APIBlueprint
from flask import Response, request

from tvapp.access import by_ticket, needs
from tvapp.household import Household
from tvapp.plaintext import plaintext_response
from tvapp.roles import Role
from tvapp.schemas import BYTES, ImageQuery


def media_blueprint(household: Household) -> APIBlueprint:
    """Return the routes that give bytes."""
    bp = APIBlueprint("media", __name__, url_prefix="/api/v1/items", tag="Media")

    @bp.get("/<item_id>/file")
    @bp.output(BYTES, content_type="*/*", description="the bytes")
    @bp.doc(
        summary="The plaintext bytes; ranges, entity tags",
        security="token",
        responses={206: "a part of them", 404: "no such file", 416: "past the end"},
    )
    @by_ticket
    @needs(Role.TV)
    def file(item_id: str) -> Response:
        return plaintext_response(request, household.house.library.lend(item_id))

    @bp.get("/<item_id>/image")
    @bp.input(ImageQuery, location="query", arg_name="query")
    @bp.output(BYTES, content_type="image/jpeg", description="JPEG")
    @bp.doc(
        summary="An upright JPEG of the item, `w` pixels wide at most",
        security="token",
        responses={404: "no picture"},
    )
    @by_ticket
    @needs(Role.TV)
    def image(item_id: str, query: dict[str, int]) -> Response:
        return Response(household.house.library.image(item_id, query["w"]), mimetype="image/jpeg")

    return bp
