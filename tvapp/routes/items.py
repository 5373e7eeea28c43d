"""What the vault holds."""

from typing import Any

from apiflask import APIBlueprint

from library import ItemQuery
from transcoder import decide, profile_for
from tvapp.access import current_device, needs
from tvapp.household import Household
from tvapp.item_json import item_json, media_json, playback_json, subtitles_json
from tvapp.roles import Role
from tvapp.schemas import ItemDetailOut, ItemsOut, ItemsQuery, ProfileQuery


def items_blueprint(household: Household) -> APIBlueprint:
    """Return the routes that list and describe items."""
    bp = APIBlueprint("items", __name__, url_prefix="/api/v1/items", tag="Library")

    @bp.get("")
    @bp.input(ItemsQuery, location="query", arg_name="query")
    @bp.output(ItemsOut)
    @bp.doc(summary="A page of items", security="token", responses=[400, 404, 423])
    @needs(Role.TV)
    def items(query: dict[str, Any]) -> dict[str, Any]:
        page = household.house.library.items(ItemQuery(**query))
        return {"items": [item_json(item) for item in page.items], "next": page.next}

    @bp.get("/<item_id>")
    @bp.input(ProfileQuery, location="query", arg_name="query")
    @bp.output(ItemDetailOut)
    @bp.doc(summary="Everything known of an item", security="token", responses=[400, 404, 423])
    @needs(Role.TV)
    def item(item_id: str, query: dict[str, Any]) -> dict[str, Any]:
        house = household.house
        profile = profile_for(query["profile"], query["can"])
        found = house.library.item(item_id)
        body = item_json(found)
        if found.media is not None:
            ticket = house.tickets.issue(item_id, current_device().device_id)
            convert = query.get("convert", False)
            decision = decide(found.media, profile, convert=convert)
            tracks = house.library.subtitles.tracks(item_id)
            body["media"] = media_json(found.media)
            body["media"]["subtitles"] = subtitles_json(found, tracks, ticket)
            body["playback"] = playback_json(found, decision, profile.name, ticket, convert=convert)
        return body

    return bp
