"""The web application, made of what it is given."""

from dataclasses import dataclass
from pathlib import Path

from apiflask import APIFlask
from flask import Response, request

from tvapp.access import Gatekeeper, needs
from tvapp.devices import Devices
from tvapp.errors import register_errors
from tvapp.household import Household
from tvapp.pairing import Pairing
from tvapp.range_lane import RangeLane
from tvapp.reply_headers import OF_ALL, OF_THE_API
from tvapp.request_activity import attend
from tvapp.roles import Role
from tvapp.routes.health import health_blueprint
from tvapp.routes.hls import hls_blueprint
from tvapp.routes.hls_subtitles import hls_subtitles_blueprint
from tvapp.routes.items import items_blueprint
from tvapp.routes.lock import lock_blueprint
from tvapp.routes.media import media_blueprint
from tvapp.routes.pages import pages_blueprint
from tvapp.routes.pairing import pairing_blueprint
from tvapp.routes.positions import positions_blueprint
from tvapp.routes.previews import previews_blueprint
from tvapp.routes.server import server_blueprint
from tvapp.routes.subtitles import subtitles_blueprint
from tvapp.version import VERSION


@dataclass(frozen=True, slots=True)
class Services:
    """What the routes stand on."""

    household: Household
    devices: Devices
    pairing: Pairing
    web: Path
    allowed_hosts: tuple[str, ...] = ()


def create_app(services: Services) -> APIFlask:
    """Return the application."""
    app = APIFlask(
        __name__,
        title="Lanterne",
        version=VERSION,
        spec_path="/api/openapi.json",
        docs_path=None,  # the viewers load their scripts from elsewhere
        static_folder=None,  # type: ignore[arg-type]
    )
    app.config["MAX_CONTENT_LENGTH"] = 1 << 20
    app.config["VALIDATION_ERROR_DESCRIPTION"] = "The request has wrong or missing fields"
    app.security_schemes = {"token": {"type": "http", "scheme": "bearer"}}
    register_errors(app)
    gatekeeper = Gatekeeper(services.devices, services.household, services.allowed_hosts)
    gatekeeper.guard(app)
    attend(app, services.household.activity)
    app.after_request(_nothing_is_kept)
    for blueprint in (
        health_blueprint(services.household),
        lock_blueprint(services.household),
        pairing_blueprint(services.pairing),
        items_blueprint(services.household),
        positions_blueprint(services.household),
        previews_blueprint(services.household),
        media_blueprint(services.household),
        hls_blueprint(services.household),
        subtitles_blueprint(services.household),
        hls_subtitles_blueprint(services.household),
        server_blueprint(services.household),
        pages_blueprint(services.web),
    ):
        app.register_blueprint(blueprint)
    needs(Role.TV)(app.view_functions["openapi.spec"])
    app.wsgi_app = RangeLane(app, gatekeeper, services.household)  # type: ignore[method-assign]
    return app


def _nothing_is_kept(response: Response) -> Response:
    """Keep what comes out of the vault off the disks of the devices that show it."""
    response.headers.update(OF_THE_API if request.path.startswith("/api/") else OF_ALL)
    return response
