"""What a file may be, by its name and its first bytes. Pure.

The name proposes, the first bytes may overrule: a `.ts` that is source code is no video, a `.jpg` that
is really a film is. What a candidate truly is, the decoders say.
"""

import mimetypes
from pathlib import PurePosixPath

from library.items import ItemKind

HEAD_SIZE = 512  # as many first bytes of a file as `kind_of` and `mime_of` want to see


def _extensions(text: str) -> frozenset[str]:
    return frozenset(text.split())


_VIDEO = _extensions(
    "mp4 m4v mov qt 3gp 3g2 mkv webm avi divx mts m2ts m2t ts tp trp mpg mpeg mpe m2v m1v vob vro wmv asf flv f4v ogv"
    " ogm rm rmvb mxf dv mod tod wtv y4m nut"
)
_PHOTO = _extensions("jpg jpeg jpe jfif mpo png gif webp heic heif hif avif tif tiff bmp")
_SOUND = _extensions("mp3 m4a m4b aac flac ogg oga opus wav wma mka ac3 eac3 dts aif aiff ape wv")
_PHOTO_BRANDS = frozenset(b"heic heix heim heis hevc hevx mif1 msf1 avif avis".split())
_AUDIO_BRANDS = frozenset((b"M4A ", b"M4B ", b"M4P "))
_TS_PACKET_SIZES = (188, 192, 204)
_SYNC = b"\x47"
_CONTROLS = frozenset(range(9))  # bytes that no text has

_MIMES = {
    "heic": "image/heic",
    "heif": "image/heif",
    "hif": "image/heif",
    "avif": "image/avif",
    "webp": "image/webp",
    "mkv": "video/x-matroska",
    "mts": "video/mp2t",
    "m2ts": "video/mp2t",
    "ts": "video/mp2t",
    "vob": "video/mpeg",
    "vro": "video/mpeg",
    "ogv": "video/ogg",
    "flv": "video/x-flv",
    "wmv": "video/x-ms-wmv",
    "m4v": "video/mp4",
    "flac": "audio/flac",
    "opus": "audio/ogg",
    "m4a": "audio/mp4",
    "md": "text/markdown",
}
# Without the files of the system: the same name gives the same type on every box.
_KNOWN_TYPES = mimetypes.MimeTypes(filenames=())


def extension_of(name: str) -> str:
    """Return the extension in lower case without its dot, "" when there is none."""
    return PurePosixPath(name).suffix.removeprefix(".").lower()


def kind_of(name: str, head: bytes) -> ItemKind:
    """Return what the file called `name` that begins with `head` should be tried as."""
    extension = extension_of(name)
    seen = _kind_by_content(head)
    if extension in ("ts", "mod"):  # also TypeScript and music modules
        is_video = seen is ItemKind.VIDEO or (extension == "ts" and _is_cut_transport_stream(head))
        return ItemKind.VIDEO if is_video else ItemKind.OTHER
    if extension in _VIDEO:
        return ItemKind.PHOTO if seen is ItemKind.PHOTO else ItemKind.VIDEO
    if extension in _PHOTO:
        return ItemKind.VIDEO if seen is ItemKind.VIDEO else ItemKind.PHOTO
    return seen if seen is not None and not extension else ItemKind.OTHER


def is_sound(name: str) -> bool:
    """Return whether the name is one of a sound file: of kind `other`, but it can be played."""
    return extension_of(name) in _SOUND


def mime_of(name: str) -> str:
    """Return the media type that the name suggests, `application/octet-stream` when it says nothing."""
    extension = extension_of(name)
    known = _MIMES.get(extension) or _KNOWN_TYPES.guess_type(f"x.{extension}")[0]
    return known or "application/octet-stream"


def _kind_by_content(head: bytes) -> ItemKind | None:
    """Return the kind that the first bytes prove, None when they prove nothing."""
    if head[4:8] == b"ftyp":
        return _kind_by_brand(head)
    if _is_photo(head):
        return ItemKind.PHOTO
    if _is_video(head):
        return ItemKind.VIDEO
    return None


def _kind_by_brand(head: bytes) -> ItemKind | None:
    major = head[8:12]
    if major in _PHOTO_BRANDS:
        return ItemKind.PHOTO
    return None if major in _AUDIO_BRANDS else ItemKind.VIDEO


def _is_photo(head: bytes) -> bool:
    magics = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a", b"II*\x00", b"MM\x00*")
    return head.startswith(magics) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP")


def _is_video(head: bytes) -> bool:
    magics = (b"\x1aE\xdf\xa3", b"FLV\x01", b"\x00\x00\x01\xba", b"\x00\x00\x01\xb3", b"0&\xb2u\x8ef\xcf\x11")
    if head.startswith(magics) or (head[:4] == b"RIFF" and head[8:12] == b"AVI "):
        return True
    return any(_is_transport_stream(head, size) for size in _TS_PACKET_SIZES)


def _is_transport_stream(head: bytes, packet_size: int) -> bool:
    """Say whether packets of this size begin with the sync byte (M2TS puts 4 bytes before it)."""
    return _has_packets(head, packet_size - 188 if packet_size == 192 else 0, packet_size)


def _is_cut_transport_stream(head: bytes) -> bool:
    """Say whether it is a transport stream that begins within a packet; text may have letters at these distances."""
    return not _CONTROLS.isdisjoint(head) and any(
        _has_packets(head, first, size) for size in _TS_PACKET_SIZES for first in range(size)
    )


def _has_packets(head: bytes, first: int, packet_size: int) -> bool:
    syncs = head[first::packet_size]
    return len(syncs) > 1 and syncs == _SYNC * len(syncs)
