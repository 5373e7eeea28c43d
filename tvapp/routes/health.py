"""Whether the server is up; says nothing else to anybody."""

from typing import Any

from apiflask import APIBlueprint

from tvapp.access import public
from tvapp.household import Household
from tvapp.schemas import HealthOut


def health_blueprint(household: Household) -> APIBlueprint:
    """Return `/healthz`."""
    bp = APIBlueprint("health", __name__, tag="Server")

    @bp.get("/healthz")
    @bp.output(HealthOut)
    @bp.doc(summary="Whether the server is up")
    @public
    def healthz() -> dict[str, Any]:
        return {"status": "ok", "vault": "locked" if household.locked else "unlocked"}

    return bp
