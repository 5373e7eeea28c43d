"""What an independent reader finds in a media file: packets, and when flashes are seen and beeps are heard."""

import json
import re
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

_BRIGHT = 200  # mean luma of a white picture; the pattern is at about 130
_FRAME = re.compile(r"pts_time:\s*(-?[\d.]+).* mean:\[(\d+)")
_SOUND = re.compile(r"silence_end: (-?[\d.]+)")


@dataclass(frozen=True)
class Packet:
    """One coded picture or sound; times in seconds."""

    shown_s: float
    decoded_s: float
    duration_s: float

    @property
    def end_s(self) -> float:
        return self.shown_s + self.duration_s


@dataclass(frozen=True)
class Signals:
    """When flashes begin, when beeps begin, and when the last picture was shown; seconds of the file's clock."""

    flashes_s: list[float]
    beeps_s: list[float]
    shown_s: list[float]


def packets_of(path: Path) -> dict[str, list[Packet]]:
    """Return the packets of each kind of stream ("video", "audio"), in the order of the file."""
    said = subprocess.run(
        ["ffprobe", "-v", "error", "-of", "json", "-show_packets", "-show_streams", "-show_entries",
         "packet=stream_index,pts_time,dts_time,duration_time:stream=index,codec_type", str(path)],
        capture_output=True, check=True, timeout=60,
    )  # fmt: skip
    found = json.loads(said.stdout)
    kinds = {one["index"]: one["codec_type"] for one in found["streams"]}
    packets: dict[str, list[Packet]] = {kind: [] for kind in kinds.values()}
    for one in found["packets"]:
        decoded = one.get("dts_time", one.get("pts_time"))
        times = (one.get("pts_time", decoded), decoded, one.get("duration_time", 0))
        packets[kinds[one["stream_index"]]].append(Packet(*map(float, times)))
    return {kind: _with_first_duration(own) for kind, own in packets.items()}


def _with_first_duration(packets: list[Packet]) -> list[Packet]:
    """ffprobe does not know how long a sound's first packet is, if all it has read so far are pictures."""
    if len(packets) > 1 and not packets[0].duration_s:
        packets[0] = replace(packets[0], duration_s=packets[1].duration_s)
    return packets


def complaints_of(path: Path) -> str:
    """Return what ffmpeg has to say when it decodes all of it; nothing, if all is well."""
    argv = ["ffmpeg", "-v", "error", "-nostdin", "-i", str(path), "-fps_mode", "passthrough"]
    argv += ["-enc_time_base", "1:90000", "-f", "null", "-"]
    return subprocess.run(argv, capture_output=True, text=True, check=True, timeout=60).stderr


def signals_of(
    path: Path, kinds: tuple[str, ...] = ("video", "audio"), format_name: str | None = None
) -> Signals:
    """Return when pictures flash and the sound beeps, on the clock of the file."""
    argv = ["ffmpeg", "-nostdin", "-copyts", *(("-f", format_name) if format_name else ()), "-i", str(path)]
    if "video" in kinds:
        argv += ["-map", "0:v:0", "-fps_mode", "passthrough", "-enc_time_base", "1:90000"]
        argv += ["-vf", "scale=32:18:flags=area,format=gray,showinfo", "-f", "null", "-"]
    if "audio" in kinds:
        argv += ["-map", "0:a:0", "-af", "silencedetect=n=-30dB:d=0.3", "-f", "null", "-"]
    said = subprocess.run(
        argv, capture_output=True, text=True, errors="replace", check=True, timeout=60
    ).stderr
    pictures = sorted((float(match[1]), int(match[2])) for match in _FRAME.finditer(said))
    flashes, bright = [], True  # what is bright from the beginning began nobody knows when
    for at_s, luma in pictures:
        if luma > _BRIGHT and not bright:
            flashes.append(at_s)
        bright = luma > _BRIGHT
    beeps = [float(match[1]) for match in _SOUND.finditer(said)]
    return Signals(flashes, beeps, [at_s for at_s, _ in pictures])
