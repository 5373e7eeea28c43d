"""Unlocking, locking, and who asks."""

import dataclasses
from typing import Any

from apiflask import APIBlueprint

from tvapp import errors
from tvapp.access import current_device, needs
from tvapp.guess_limit import GuessLimit
from tvapp.household import Household
from tvapp.request_activity import unattended
from tvapp.roles import Role
from tvapp.schemas import MeOut, ScanOut, UnlockIn
from vault import WrongPassphraseError

FREE_ATTEMPTS = 5
REFILL_S = 20.0


def lock_blueprint(household: Household) -> APIBlueprint:
    """Return the routes of the vault's lock."""
    bp = APIBlueprint("lock", __name__, url_prefix="/api/v1", tag="Server")
    attempts = GuessLimit(FREE_ATTEMPTS, REFILL_S)

    @bp.get("/me")
    @bp.output(MeOut)
    @bp.doc(summary="The device that asks", security="token")
    @unattended
    @needs(Role.TV)
    def me() -> dict[str, Any]:
        device = current_device()
        vault = "locked" if household.locked else "unlocked"
        return {"device_id": device.device_id, "role": device.role.word, "vault": vault}

    @bp.post("/unlock")
    @bp.input(UnlockIn, arg_name="body")
    @bp.output({}, status_code=204)
    @bp.doc(summary="Unlock the vault", security="token", responses=[403, 429, 503])
    @needs(Role.TV)
    def unlock(body: dict[str, str]) -> str:
        wait_s = attempts.take()
        if wait_s is not None:
            raise errors.RefusedError(
                errors.TOO_MANY,
                f"wait {round(wait_s + 0.5)} seconds before the next try",
                retry_after_s=wait_s,
            )
        try:
            household.unlock(body.pop("passphrase"))  # nothing here keeps it
        except WrongPassphraseError as error:
            raise errors.RefusedError(
                errors.WRONG_PASSPHRASE, "this is not the vault's passphrase"
            ) from error
        attempts.succeed()
        return ""

    @bp.post("/lock")
    @bp.output({}, status_code=204)
    @bp.doc(summary="Lock the vault: every stream ends", security="token", responses=[403])
    @needs(Role.PHONE)
    def lock() -> str:
        household.lock()
        return ""

    @bp.get("/scan")
    @bp.output(ScanOut)
    @bp.doc(summary="How far the scan is", security="token", responses=[423])
    @unattended
    @needs(Role.TV)
    def scan() -> dict[str, Any]:
        status, scrub = household.scan_status, household.scrub_status
        body: dict[str, Any] = {"running": status.running, "done": status.done, "total": status.total}
        if scrub is not None:
            body["scrub"] = dataclasses.asdict(scrub)
        return body

    return bp
