"""The subtitle helper: a process of its own that reads hostile subtitles (`python -m transcoder.subtitle_helper`).

It holds no key and may crash. Charsets are guessed here too: the guess is only statistics, but it reads the same
bytes, and nothing else in the house needs it.

Requests and answers; any may be answered with `{"error": ..}`:

    {"do": "tracks", "url": .., "indexes": [..]}          {"sizes": [..]} and per track WebVTT and an ASS script
    {"do": "indexed", "url": .., "indexes": [..]}         the same, or {"no_index": true}: to be read whole
    {"do": "file", "language": .., "fps": ..} and a file  {"sizes": [..]} and the same of the file
    {"do": "drawable"} and an ASS script                  {} and the second part of a file to draw from
    {"do": "fonts", "url": ..}                            {} and its first part, with the fonts of a film
"""

from collections.abc import Sequence
from typing import Any

import av

from transcoder.helper_child import serve
from transcoder.stored_lines import NoIndexError
from transcoder.subtitle_reading import (
    Text,
    drawable,
    read_file,
    read_fonts,
    read_indexed_tracks,
    read_tracks,
)

Answer = tuple[dict[str, Any], bytes]


def main() -> None:
    """Serve until the owner leaves."""
    av.logging.set_level(None)
    serve(answer)


def answer(request: dict[str, Any], payload: bytes) -> Answer:
    """Do what one request asks."""
    try:
        if request["do"] == "tracks":
            return _texts(read_tracks(request["url"], request["indexes"]))
        if request["do"] == "indexed":
            return _texts(read_indexed_tracks(request["url"], request["indexes"]))
        if request["do"] == "file":
            return _texts([read_file(payload, request["language"], request["fps"])])
        if request["do"] == "fonts":
            return {}, read_fonts(request["url"])
        return {}, drawable(payload)
    except av.error.FFmpegError as error:
        return {"error": error.strerror or "unreadable"}, b""  # str(error) would name the URL
    except NoIndexError:
        return {"no_index": True}, b""
    except (ValueError, LookupError, ArithmeticError, MemoryError, OSError) as error:
        return {"error": f"unreadable ({type(error).__name__})"}, b""


def _texts(texts: Sequence[Text]) -> Answer:
    pieces = [piece for text in texts for piece in text]
    return {"sizes": [len(piece) for piece in pieces]}, b"".join(pieces)


if __name__ == "__main__":
    main()
