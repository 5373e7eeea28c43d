"""A real program in the place of hardware: ffmpeg that takes a device for libx264, or fails as devices do."""

import sys
from pathlib import Path

_PROGRAM = """#!{python}
import os, signal, sys
argv = sys.argv[1:]
with open({log!r}, "a") as log:
    log.write(" ".join(argv) + "\\n")
asked = [argv[at + 1] for at, one in enumerate(argv) if one == "-c:v"]
encoder = next((one for one in asked if one.startswith("h264_")), None)
behaviour = {{name: how for name, how in (line.split() for line in open({behaviours!r}))}}.get(encoder, "works")
if encoder and behaviour == "absent":
    sys.exit("Cannot open the device of " + encoder)
if encoder and behaviour == "refuses" and "lavfi" not in argv and "pipe:0" not in argv:
    sys.exit("Function not implemented")
if encoder and (behaviour == "hangs" or behaviour == "hangs-on-films" and "pipe:0" not in argv):
    signal.pause()
drop = {{"-init_hw_device": 2, "-filter_hw_device": 2, "-hwaccel": 2, "-hwaccel_device": 2, "-rc_mode": 2,
        "-idr_interval": 2, "-rc": 2, "-delay": 2, "-no-scenecut": 2, "-forced_idr": 2, "-look_ahead": 2,
        "-async_depth": 2, "-tune": 2, "-realtime": 2, "-allow_sw": 2, "-preset": 2}} if encoder else {{}}
if encoder and behaviour == "deaf":  # it makes keyframes where it likes
    drop |= {{"-force_key_frames": 2}}
kept, at = [], 0
while at < len(argv):
    if argv[at] in drop:
        at += drop[argv[at]]
        continue
    one = "libx264" if argv[at] == encoder else argv[at]
    one = one.replace(",hwupload=extra_hw_frames=16", "").replace(",hwupload", "")
    if encoder and "[" in one:  # a graph of filters, each with a name
        one = one.replace("]hwupload=extra_hw_frames=16[", "]null[").replace("]hwupload[", "]null[")
    if encoder and kept and kept[-1] == "-profile:v":
        one = "high"
    kept.append(one)
    at += 1
if encoder:
    output = kept.index("pipe:1") if "pipe:1" in kept else len(kept) - 1
    kept[output:output] = ["-preset", "superfast", "-tune", "zerolatency", "-sc_threshold", "0"]
os.execv({ffmpeg!r}, [{ffmpeg!r}, *kept])
"""


class FakeDevices:
    """A folder of device nodes and an ffmpeg that seems to know them."""

    def __init__(self, folder: Path, ffmpeg: Path) -> None:
        self.devices = folder / "dev"
        (self.devices / "dri").mkdir(parents=True)
        self._log = folder / "log"
        self._behaviours = folder / "behaviours"
        self._behaviours.write_text("")
        self._log.write_text("")
        self.ffmpeg = folder / "ffmpeg"
        self.ffmpeg.write_text(
            _PROGRAM.format(
                python=sys.executable,
                log=str(self._log),
                behaviours=str(self._behaviours),
                ffmpeg=str(ffmpeg),
            )
        )
        self.ffmpeg.chmod(0o755)

    def have(self, *nodes: str) -> None:
        """Show device nodes."""
        for node in nodes:
            (self.devices / node).touch()

    def behave(self, **behaviours: str) -> None:
        """Say how encoders do.

        That is "works", "absent", "deaf" (no forced keyframes), "refuses" (films, not clips), "hangs" (always) or
        "hangs-on-films".
        """
        self._behaviours.write_text("".join(f"{name} {how}\n" for name, how in behaviours.items()))

    @property
    def calls(self) -> list[str]:
        """The argument lists so far, but for those that only ask for the version."""
        return [line for line in self._log.read_text().splitlines() if not line.endswith("-version")]
