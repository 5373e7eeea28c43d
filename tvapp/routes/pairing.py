"""Pairing: RFC 8628 for screens, a one-time link for the first device."""

import io
from typing import Any

import segno
from apiflask import APIBlueprint
from flask import Response, jsonify, request

from tvapp import errors
from tvapp.access import needs, public, remember
from tvapp.guess_limit import GuessLimit
from tvapp.pairing import EXPIRES_IN_S, INTERVAL_S, Paired, Pairing, PairingError
from tvapp.roles import Role
from tvapp.schemas import BYTES, PairIn, PairOut, TokenIn, TokenOut, UserCodeIn, WaitingOut

DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
INVITATION_GRANT = "urn:lanterne:params:grant-type:invitation"
WRONG_CODES = 10
REFILL_S = 30.0


def pairing_blueprint(pairing: Pairing) -> APIBlueprint:
    """Return the routes by which a device becomes a paired one."""
    bp = APIBlueprint("pairing", __name__, url_prefix="/api/v1/pair", tag="Pairing")
    guesses = GuessLimit(WRONG_CODES, REFILL_S)

    @bp.post("")
    @bp.input(PairIn, arg_name="body")
    @bp.output(PairOut)
    @bp.doc(summary="Ask for a code to show", responses=[429])
    @public
    def pair(body: dict[str, str]) -> dict[str, Any]:
        pending = pairing.start(body["name"], request.remote_addr or "")
        return {
            "device_code": pending.device_code,
            "user_code": pending.user_code,
            "verification_uri": _approval_page(),
            "verification_uri_complete": _approval_page(pending.user_code),
            "expires_in": EXPIRES_IN_S,
            "interval": INTERVAL_S,
        }

    @bp.post("/token")
    @bp.input(TokenIn, arg_name="body")
    @bp.output(TokenOut)
    @bp.doc(summary="Collect the token", responses=[400])
    @public
    def token(body: dict[str, str]) -> Response:
        paired = _grant(pairing, body)
        response = jsonify(
            token_type="Bearer",  # noqa: S106 - the type of a token is no secret
            access_token=paired.token,
            role=paired.role.word,
            device_id=paired.device_id,
        )
        remember(response, paired.token)
        return response

    @bp.get("/approve")
    @bp.input(UserCodeIn, location="query", arg_name="query")
    @bp.output(WaitingOut)
    @bp.doc(summary="Who shows this code", security="token", responses=[404, 429])
    @needs(Role.PHONE)
    def waiting(query: dict[str, str]) -> dict[str, str]:
        brake(guesses)
        pending = pairing.waiting(query["user_code"])
        if pending is None:
            raise errors.RefusedError(errors.NOT_FOUND, "no screen shows this code")
        guesses.succeed()
        return {"name": pending.name, "address": pending.address}

    @bp.post("/approve")
    @bp.input(UserCodeIn, arg_name="body")
    @bp.output({}, status_code=204)
    @bp.doc(summary="Say yes to the screen that shows this code", security="token", responses=[404, 429])
    @needs(Role.PHONE)
    def approve(body: dict[str, str]) -> str:
        brake(guesses)
        if not pairing.approve(body["user_code"]):
            raise errors.RefusedError(errors.NOT_FOUND, "no screen shows this code")
        guesses.succeed()
        return ""

    @bp.get("/qr")
    @bp.input(UserCodeIn, location="query", arg_name="query")
    @bp.output(BYTES, content_type="image/svg+xml", description="SVG")
    @bp.doc(summary="The code as a QR picture")
    @public
    def qr(query: dict[str, str]) -> Response:
        picture = io.BytesIO()
        segno.make(_approval_page(query["user_code"]), error="m").save(
            picture, kind="svg", scale=8, border=4, light="#fff"
        )
        return Response(picture.getvalue(), mimetype="image/svg+xml")

    return bp


def _approval_page(user_code: str | None = None) -> str:
    page = f"{request.host_url}app"
    return f"{page}#approve={user_code}" if user_code else page


def _grant(pairing: Pairing, body: dict[str, str]) -> Paired:
    if body["grant_type"] == INVITATION_GRANT and "invitation" in body:
        return pairing.accept(body["invitation"], body["name"])
    if body["grant_type"] == DEVICE_GRANT and "device_code" in body:
        return pairing.collect(body["device_code"])
    raise PairingError("unsupported_grant_type")


def brake(guesses: GuessLimit) -> None:
    """Use one guess up; refuse when there is none left."""
    wait_s = guesses.take()
    if wait_s is not None:
        raise errors.RefusedError(errors.TOO_MANY, "too many wrong codes", retry_after_s=wait_s)
