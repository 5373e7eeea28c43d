"""A picture of any kind to upright sRGB JPEGs. Runs in the photo helper only."""

import io
from collections.abc import Sequence

from PIL import Image, ImageCms, ImageStat

JPEG_QUALITY = 85
_TALLEST = 2  # heights a width: a scrolling screenshot would fill a TV's memory
_TRANSPOSES = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_TURNED = (5, 6, 7, 8)  # orientations that exchange width and height


def upright_size(size: tuple[int, int], orientation: int) -> tuple[int, int]:
    """Return the size of a picture stored as `size` once it is turned upright."""
    return (size[1], size[0]) if orientation in _TURNED else size


def fitted_size(size: tuple[int, int], width: int) -> tuple[int, int]:
    """Return `size` made to fit in `width` and twice as much height, never enlarged."""
    scale = min(1.0, width / size[0], _TALLEST * width / size[1])
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def render(image: Image.Image, orientation: int, widths: Sequence[int]) -> list[Image.Image]:
    """Return upright 8-bit sRGB pictures, one per width, none larger than the original.

    Args:
        image: Opened, not yet loaded: a JPEG is then decoded at a fraction of its size.
        orientation: EXIF's, 1 to 8.
        widths: In pixels; the widest is made from the original, each other from the next wider.
    """
    size = upright_size(image.size, orientation)
    widest = max(widths)
    stored_target = upright_size(fitted_size(size, widest), orientation)
    image.draft("RGB", stored_target)
    current = _resized(_plain_mode(image), stored_target)
    current = _in_srgb(_without_alpha(current), image.info.get("icc_profile"))
    if orientation in _TRANSPOSES:
        current = current.transpose(_TRANSPOSES[orientation])
    made: dict[int, Image.Image] = {}
    for width in sorted(set(widths), reverse=True):
        current = made[width] = _resized(current, fitted_size(size, width))
    return [made[width] for width in widths]


def jpeg_bytes(picture: Image.Image) -> bytes:
    """Return the picture as JPEG, without any metadata."""
    target = io.BytesIO()
    picture.info.clear()  # Pillow carries a JPEG's comment over
    picture.save(target, "JPEG", quality=JPEG_QUALITY)
    return target.getvalue()


def contrast(picture: Image.Image) -> float:
    """Return the standard deviation of the picture's luma: 0 for a blank one, 127 at most."""
    return float(ImageStat.Stat(picture.convert("L")).stddev[0])


def _resized(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    if image.size == size:
        return image
    # Halving first is three times faster (12 megapixels: 34 ms for 107) and cannot be told apart.
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=1.5)


def _plain_mode(image: Image.Image) -> Image.Image:
    """Return the image in a mode that can be resized: no palette, 8 bits a channel."""
    if image.mode in ("P", "PA", "1", "LA", "La", "RGBa"):
        return image.convert("RGBA" if "transparency" in image.info or "A" in image.mode.upper() else "RGB")
    if image.mode.startswith("I;16") or image.mode == "I":
        # 16-bit greys; convert("L") would clip everything above 255 to white.
        return image.convert("I").point(lambda value: value * (1 / 257)).convert("L")
    if image.mode == "F":
        return image.convert("L")
    return image


def _without_alpha(image: Image.Image) -> Image.Image:
    """Return the image on white where it was transparent: most such drawings are made for paper."""
    if image.mode != "RGBA":
        return image
    white = Image.new("RGB", image.size, "white")
    white.paste(image, mask=image.getchannel("A"))
    return white


def _in_srgb(image: Image.Image, icc_profile: bytes | None) -> Image.Image:
    """Return the colours as sRGB: JPEGs leave here without a profile."""
    if icc_profile and image.mode in ("RGB", "CMYK", "L", "LAB"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(icc_profile))
            converted = ImageCms.profileToProfile(
                image, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
        except (ImageCms.PyCMSError, OSError):
            converted = (
                None  # a profile for another mode, or a broken one: the plain values are the best guess
            )
        if converted is not None:
            return converted
    return image.convert("RGB")
