"""The media helper: a process of its own that opens hostile files.

    python -m transcoder.media_helper [--background]

PyAV is imported in this process and nowhere else. It holds no key, reads one item through a loopback URL, and
may crash.

Requests and answers; any may be answered with `{"error": ..}`:

    {"do": "probe", "url": ..}                              {"media": MediaInfo as JSON}
    {"do": "cover", "url": ..}                              {} and a picture, not decoded
    {"do": "frame", "url": .., "at_s": .., "width": ..}     {} and a JPEG
    {"do": "sheet", "url": .., "size": [..], "grid": [..],
     "looks": [[at_s, keyframe_s, offset], ..]}             {"good_count": ..} and a JPEG
"""

import os
import sys
from typing import Any

import av

from transcoder.helper_child import serve
from transcoder.media_covers import cover
from transcoder.media_frames import frame
from transcoder.media_probe import probe
from transcoder.media_sheets import sheet
from transcoder.preview_layout import Look

_BACKGROUND_NICENESS = 19  # whoever plays a film meanwhile does not notice


def main() -> None:
    """Serve until the owner leaves."""
    if "--background" in sys.argv[1:]:
        os.nice(_BACKGROUND_NICENESS)
    av.logging.set_level(None)
    serve(answer)


def answer(request: dict[str, Any], _payload: bytes) -> tuple[dict[str, Any], bytes]:
    """Do what one request asks."""
    try:
        if request["do"] == "probe":
            return {"media": probe(request["url"]).to_json()}, b""
        if request["do"] == "cover":
            return {}, cover(request["url"])
        if request["do"] == "sheet":
            size, grid = tuple(request["size"]), tuple(request["grid"])
            jpeg, good_count = sheet(request["url"], [Look(*one) for one in request["looks"]], size, grid)
            return {"good_count": good_count}, jpeg
        return {}, frame(request["url"], float(request["at_s"]), int(request["width"]))
    except av.error.FFmpegError as error:
        return {"error": error.strerror or "unreadable"}, b""  # str(error) would name the URL
    except (ValueError, ArithmeticError, MemoryError, OSError) as error:
        return {"error": f"unreadable ({type(error).__name__})"}, b""


if __name__ == "__main__":
    main()
