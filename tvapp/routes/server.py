"""How the server does, for its owner."""

import dataclasses
from typing import Any

from apiflask import APIBlueprint

from tvapp.access import needs
from tvapp.household import Household
from tvapp.request_activity import unattended
from tvapp.roles import Role
from tvapp.schemas import ServerOut


def server_blueprint(household: Household) -> APIBlueprint:
    """Return the route of the server's state."""
    bp = APIBlueprint("server", __name__, url_prefix="/api/v1", tag="Server")

    @bp.get("/server")
    @bp.output(ServerOut)
    @bp.doc(summary="What is converted now, and by which encoders", security="token", responses=[403, 423])
    @unattended
    @needs(Role.OWNER)
    def server() -> dict[str, Any]:
        pool = household.house.pool
        return {
            "conversions": dataclasses.asdict(pool.state),
            "encoders": [dataclasses.asdict(one) for one in pool.encoders()],
        }

    return bp
