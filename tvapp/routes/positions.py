"""Where people are in their films, and what comes next."""

from typing import Any

from apiflask import APIBlueprint

from tvapp import errors
from tvapp.access import needs
from tvapp.household import Household
from tvapp.item_json import item_json
from tvapp.roles import Role
from tvapp.schemas import NextItemOut, PositionIn


def positions_blueprint(household: Household) -> APIBlueprint:
    """Return the routes of positions. A player that tells its own is use of the house: somebody watches."""
    bp = APIBlueprint("positions", __name__, url_prefix="/api/v1/items", tag="Library")

    @bp.put("/<item_id>/position")
    @bp.input(PositionIn, arg_name="body")
    @bp.output({}, status_code=204)
    @bp.doc(summary="Remember where somebody is in a video", security="token", responses=[404, 422, 423])
    @needs(Role.TV)
    def put(item_id: str, body: dict[str, float]) -> str:
        household.house.library.watching.put(item_id, body["position_s"])
        return ""

    @bp.delete("/<item_id>/position")
    @bp.output({}, status_code=204)
    @bp.doc(summary="Have it as if it was never played", security="token", responses=[404, 422, 423])
    @needs(Role.TV)
    def forget(item_id: str) -> str:
        household.house.library.watching.forget(item_id)
        return ""

    @bp.get("/<item_id>/next")
    @bp.output(NextItemOut)
    @bp.doc(summary="What follows: in its folder, or the next season", security="token", responses=[404, 423])
    @needs(Role.TV)
    def following(item_id: str) -> dict[str, Any]:
        item = household.house.library.watching.following(item_id)
        if item is None:
            raise errors.RefusedError(errors.NOTHING_NEXT, "no video follows this one")
        return item_json(item)

    return bp
