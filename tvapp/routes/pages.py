"""The pages and what they are made of."""

from pathlib import Path

from apiflask import APIBlueprint
from flask import Response, send_from_directory

from tvapp import errors
from tvapp.access import public

# Everything comes from the server itself; Media Source plays from a blob.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "worker-src 'self'",
        "child-src 'self'",  # what worker-src was called before Chromium 59
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'self'",
    )
)


def web_directory() -> Path:
    """Return where the built front-end lies: in the installed package, else in the checkout."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "_web"
    return installed if installed.is_dir() else package.parent / "static" / "dist"


def pages_blueprint(web: Path) -> APIBlueprint:
    """Return the page for TVs and its assets.

    Args:
        web: The built front-end, with a folder `tv`.
    """
    bp = APIBlueprint("pages", __name__, enable_openapi=False)

    @bp.get("/")
    @bp.get("/tv")
    @bp.get("/app")
    @public
    def tv_page() -> Response:
        if not (web / "tv" / "index.html").is_file():
            raise errors.RefusedError(
                errors.NOT_FOUND, "the front-end was not built; install the package again"
            )
        return _asset(web, "tv/index.html")

    @bp.get("/static/<path:name>")
    @public
    def asset(name: str) -> Response:
        return _asset(web, name)

    return bp


def _asset(web: Path, name: str) -> Response:
    response = send_from_directory(web, name)
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    response.headers["Cache-Control"] = "no-cache"
    return response
