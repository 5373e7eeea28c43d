"""HDR pictures made for screens that show none: PQ and HLG to the tones and colours of BT.709."""

from transcoder.command.job import Node
from transcoder.media_info import PQ

_FILTERS = (
    ("zscale", {"t": "linear", "npl": 100}),
    ("format", {"pix_fmts": "gbrpf32le"}),
    ("zscale", {"p": "bt709"}),
    ("tonemap", {"tonemap": "hable", "desat": 0}),
    ("zscale", {"t": "bt709", "m": "bt709", "r": "tv"}),
)


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
