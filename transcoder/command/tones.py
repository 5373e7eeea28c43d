"""The colours of pictures: by which matrix they are coded, and HDR ones made for screens that show none.

PQ and HLG become the tones and colours of BT.709.
"""

from transcoder.command.job import Node
from transcoder.media_info import PQ, VideoStream

_FILTERS = (
    ("zscale", {"t": "linear", "npl": 100}),
    ("format", {"pix_fmts": "gbrpf32le"}),
    ("zscale", {"p": "bt709"}),
    ("tonemap", {"tonemap": "hable", "desat": 0}),
    ("zscale", {"t": "bt709", "m": "bt709", "r": "tv"}),
)


# What players take for HD where nothing is named, by the picture's size.
_HD_WIDTH, _SD_HEIGHT = 1280, 576
_PAL_HEIGHTS = frozenset({576, 288})
_RGB = ("rgb", "bgr", "gbr", "argb", "abgr", "0rgb", "0bgr", "x2rgb", "x2bgr", "pal8")


def scaled(stream: Node, video: VideoStream, width: int | str, height: int | str, **options: str) -> Node:
    """Return pictures of a size, or of one that expressions give, with their colours named.

    Where the file does not say by which matrix they are coded, players go by the size: a picture made smaller would
    change its colours.
    """
    if video.hdr or video.matrix_named:
        return stream.filter("scale", width, height, **options)
    names = _names(video)
    if (video.pix_fmt or "").startswith(_RGB):
        options["out_color_matrix"] = names["colorspace"]
        stream = stream.filter("scale", width, height, **options)
        return stream.filter("format", pix_fmts="yuv420p").filter("setparams", **names)
    return stream.filter("setparams", **names).filter("scale", width, height, **options)


def _names(video: VideoStream) -> dict[str, str]:
    if video.width >= _HD_WIDTH or video.height > _SD_HEIGHT:
        primaries = transfer = matrix = "bt709"
    else:
        primaries = "bt470bg" if video.height in _PAL_HEIGHTS else "smpte170m"
        transfer = matrix = "smpte170m"
    names = {"color_primaries": primaries, "colorspace": matrix}
    return names if video.color_transfer else {**names, "color_trc": transfer}


def with_hdr_named(stream: Node, transfer: str | None) -> Node:
    """Return pictures whose colours are named in full.

    Many files name the transfer alone, or primaries that go with another one; zscale then finds "no path between
    colorspaces". Both transfers are used with the colours of BT.2020 (ITU-R BT.2100).
    """
    return stream.filter(
        "setparams", color_primaries="bt2020", color_trc=transfer or PQ, colorspace="bt2020nc"
    )


def with_sdr_tones(stream: Node) -> Node:
    """Return HDR pictures as SDR screens show them."""
    for name, options in _FILTERS:
        stream = stream.filter(name, **options)
    return stream
