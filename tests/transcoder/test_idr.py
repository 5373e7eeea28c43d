"""Which keyframes any decoder can begin at."""

import pytest

from tests.media import Shelf
from transcoder.idr import nal_unit_types

AVCC = b"\1\x64\0\x1f\xff"  # lengths of four bytes


@pytest.fixture(scope="module")
def shelf(tmp_path_factory) -> Shelf:
    return Shelf(tmp_path_factory.mktemp("media"))


@pytest.mark.ffmpeg
@pytest.mark.parametrize("container", ["mp4", "mkv", "ts"])
@pytest.mark.parametrize(("name", "only_idr"), [("opengop.mp4", False), ("short_gops.mkv", True)])
def test_recovery_points_are_told_from_idr_pictures(
    name, only_idr, container, shelf, tmp_path, media_server, media_helper
):
    path = tmp_path / f"film.{container}"
    shelf.ffmpeg("-i", shelf.path(name), "-map", "0:v", "-c", "copy", path)
    info = media_helper.probe(media_server.offer(path.name, path.read_bytes()))
    assert len(info.keyframes_s) > 2
    assert info.video[0].only_idr is only_idr


def test_units_behind_start_codes_and_behind_lengths():
    units = [b"\x67abc", b"\x68d", b"\x65slice"]
    assert list(nal_unit_types(b"".join(b"\0\0\0\1" + unit for unit in units), b"")) == [7, 8, 5]
    packet = b"".join(len(unit).to_bytes(4, "big") + unit for unit in units)
    assert list(nal_unit_types(packet, AVCC)) == [7, 8, 5]


@pytest.mark.parametrize("extradata", [b"", AVCC])
@pytest.mark.parametrize("packet", [b"", b"\0\0\1", b"\0\0\0\x7f\x65", b"\xff" * 5])
def test_packets_that_are_cut_off_end_in_peace(packet, extradata):
    assert len(list(nal_unit_types(packet, extradata))) <= 1
