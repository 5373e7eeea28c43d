"""Which devices of this machine might encode pictures. Whether one does, only a trial tells."""

import sys
from pathlib import Path

from transcoder.command import PictureEncoder

DEVICES = Path("/dev")


def candidates(folder: Path = DEVICES, platform: str = sys.platform) -> tuple[PictureEncoder, ...]:
    """Return what is worth a trial, the likely best first; nothing where there is no such device.

    Args:
        folder: Where the system shows its devices.
        platform: As `sys.platform` has it.
    """
    if platform == "darwin":
        return (PictureEncoder("videotoolbox"),)
    found = []
    if (folder / "nvidiactl").exists():
        found.append(PictureEncoder("nvenc"))
    nodes = sorted(str(node) for node in folder.glob("dri/renderD*"))
    if nodes:
        found.append(PictureEncoder("qsv"))
    if (folder / "mpp_service").exists():
        found.append(PictureEncoder("rkmpp"))
    found += [PictureEncoder("vaapi", node) for node in nodes]
    if any(folder.glob("video1[0-9]")):  # where the kernel puts codecs; cameras are numbered from 0
        found.append(PictureEncoder("v4l2m2m"))
    return tuple(found)
