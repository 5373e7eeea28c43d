"""The media helper: a process of its own that opens hostile files.

    python -m transcoder.media_helper [--background]

PyAV is imported in this process and nowhere else. It holds no key, reads one item through a loopback URL, and
may crash.

Requests and answers; any may be answered with `{"error": ..}`, a probe with `{"error": .., "cause": ..}`:

    {"do": "probe", "url": ..}                              {"media": MediaInfo as JSON}
    {"do": "cover", "url": ..}                              {} and a picture, not decoded
    {"do": "frame", "url": .., "at_s": .., "width": ..}     {} and a JPEG
    {"do": "sheet", "url": .., "size": [..], "grid": [..],
     "looks": [[at_s, keyframe_s, offset], ..]}             {"good_count": ..} and a JPEG
"""

from typing import Any

import av

from transcoder.helper_child import serve
from transcoder.media_covers import cover
from transcoder.media_frames import frame
from transcoder.media_probe import probe
from transcoder.media_sheets import sheet
from transcoder.preview_layout import Look
from transcoder.unreadable import read_cause


def main() -> None:
    """Serve until the owner leaves."""
    av.logging.set_level(None)
    serve(answer)


def answer(request: dict[str, Any], _payload: bytes) -> tuple[dict[str, Any], bytes]:
    """Do what one request asks, or say why not."""
    try:
        return _done(request)
    except av.error.FFmpegError as error:
        said = error.strerror or "unreadable"  # str(error) would name the URL
    except (ValueError, ArithmeticError, MemoryError, OSError) as error:
        said = f"unreadable ({type(error).__name__})"
    cause = read_cause(request["url"]) if request.get("do") == "probe" else None
    return {"error": said} | ({"cause": cause} if cause else {}), b""


def _done(request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    if request["do"] == "probe":
        return {"media": probe(request["url"]).to_json()}, b""
    if request["do"] == "cover":
        return {}, cover(request["url"])
    if request["do"] == "sheet":
        size, grid = tuple(request["size"]), tuple(request["grid"])
        jpeg, good_count = sheet(request["url"], [Look(*one) for one in request["looks"]], size, grid)
        return {"good_count": good_count}, jpeg
    return {}, frame(request["url"], float(request["at_s"]), int(request["width"]))


if __name__ == "__main__":
    main()
