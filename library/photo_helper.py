"""The photo helper: a child process that decodes pictures, holds no key and may crash.

    python -m library.photo_helper [--background]

Request: `{"widths": [..]}` and the bytes of a picture. Answer: `{"mime", "width", "height", "taken_at",
"location", "contrast", "sizes"}` and the JPEGs one after another, `sizes` long each; or
`{"problem": "in words"}`. Only this process imports Pillow and pillow_heif.
"""

import io
import struct
from typing import Any

import pillow_heif
from PIL import Image, UnidentifiedImageError

from library import photo_metadata, photo_render
from transcoder.helper_child import serve

# A 200-megapixel phone picture is allowed; a bomb of 4 gigapixels in a small PNG is not.
MAX_PIXELS = 210_000_000
MEMORY_LIMIT = 3 * 1024**3  # address space; such a HEIC is held about three times while it is decoded

# What Pillow and its plugins raise on hostile bytes.
_DECODER_FAULTS = (
    OSError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    RuntimeError,
    SyntaxError,
    EOFError,
    MemoryError,
    struct.error,
    Image.DecompressionBombError,
)
_BACKGROUND_NICENESS = 10
_FALLBACK_MIME = "image/x-unknown"
_MPO = "MPO"  # a JPEG with more JPEGs behind it

Answer = tuple[dict[str, Any], bytes]


def handle(request: dict[str, Any], payload: bytes) -> Answer:
    """Answer one request: what the picture is, and JPEGs of it."""
    widths = [int(width) for width in request["widths"]]
    try:
        with Image.open(io.BytesIO(payload)) as image:
            if image.width * image.height > MAX_PIXELS:
                return {"problem": "the picture has too many pixels"}, b""
            return _examine(image, widths)
    except UnidentifiedImageError:
        return {"problem": "this is not a picture that can be read"}, b""
    except _DECODER_FAULTS:
        return {"problem": "the picture is damaged or incomplete"}, b""


def _examine(image: Image.Image, widths: list[int]) -> Answer:
    metadata = _metadata(image)
    orientation = metadata.pop("orientation")
    width, height = photo_render.upright_size(image.size, orientation)
    pictures = photo_render.render(image, orientation, widths)
    jpegs = [photo_render.jpeg_bytes(picture) for picture in pictures]
    answer = {
        "mime": "image/jpeg" if image.format == _MPO else Image.MIME.get(image.format or "", _FALLBACK_MIME),
        "width": width,
        "height": height,
        "contrast": photo_render.contrast(min(pictures, key=lambda picture: picture.width)),
        "sizes": [len(jpeg) for jpeg in jpegs],
        **metadata,
    }
    return answer, b"".join(jpegs)


def _metadata(image: Image.Image) -> dict[str, Any]:
    """Return what the EXIF says; broken EXIF says nothing, the picture may be good all the same."""
    try:
        exif = image.getexif()
        orientation = exif.get(photo_metadata.ORIENTATION)
        return {
            "orientation": orientation if orientation in range(1, 9) else 1,
            "taken_at": photo_metadata.taken_at(exif),
            "location": photo_metadata.location(exif),
        }
    except _DECODER_FAULTS:
        return {"orientation": 1, "taken_at": None, "location": None}


def main() -> None:
    """Serve requests until the owner closes the pipe."""
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    pillow_heif.register_heif_opener()
    serve(handle, memory_limit=MEMORY_LIMIT, background_niceness=_BACKGROUND_NICENESS)


if __name__ == "__main__":
    main()
