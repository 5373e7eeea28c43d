"""The picture that comes along in a song, as it is stored. Runs in the media helper only."""

from av.stream import Disposition

from transcoder.media_opening import PyavStream, open_media

MAX_COVER_SIZE = 32 * 1024 * 1024  # bytes; a scan of both sides has 5 MB
_FRONT = "cover (front)"  # libavformat's word for the type 3 of ID3 and FLAC


def cover(url: str) -> bytes:
    """Return the front cover of the file at `url`, or another picture in it; nothing where there is none.

    It is not decoded: whoever does may crash.

    Raises:
        ValueError: It is too large.
        av.error.FFmpegError: The file cannot be read.
    """
    with open_media(url) as container:
        pictures = [one for one in container.streams.video if one.disposition & Disposition.attached_pic]
        if not pictures:
            return b""
        # libavformat gives what is attached before anything else.
        packets = container.demux(next(filter(_is_front, pictures), pictures[0]))
        picture = bytes(next(iter(packets)))
        if len(picture) > MAX_COVER_SIZE:
            raise ValueError("a cover of impossible size")
        return picture


def _is_front(stream: PyavStream) -> bool:
    return str(stream.metadata.get("comment", "")).lower() == _FRONT
