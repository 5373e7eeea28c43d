"""What was found out about this machine, in a file: it holds no secret, and nobody trusts it blindly."""

import contextlib
import hashlib
import json
import logging
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from transcoder.command import KINDS, SOFTWARE, PictureEncoder
from transcoder.trials import Verdict

logger = logging.getLogger(__name__)

_CPU_INFO = Path("/proc/cpuinfo")


@dataclass(frozen=True, slots=True)
class MachineFacts:
    """Which encoder is best, what became of the others, and what conversions cost with it."""

    chosen: PictureEncoder = SOFTWARE
    verdicts: Mapping[PictureEncoder, Verdict] = field(default_factory=dict)
    software_cost: float | None = None
    costs: Mapping[str, float] = field(default_factory=dict)  # `speeds.Costs`

    def with_costs(self, costs: Mapping[str, float]) -> Self:
        """Return the same with other costs."""
        return replace(self, costs=costs)


def fingerprint(ffmpeg: Path, candidates: Sequence[PictureEncoder]) -> str:
    """Return what changes when the program, the processor, the drivers or the devices do."""
    parts: list[object] = [platform.release(), platform.machine(), os.cpu_count(), _processor(), *candidates]
    with contextlib.suppress(OSError):  # a program that is not there fails where it is started
        stat = ffmpeg.stat()
        parts += [str(ffmpeg), stat.st_size, stat.st_mtime_ns]
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def recall(path: Path, mark: str) -> MachineFacts | None:
    """Return what was found where `mark` was the fingerprint; None if nothing usable is there."""
    try:
        raw = json.loads(path.read_bytes())
        return _facts(raw) if raw["of"] == mark else None
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError) as error:
        logger.info("what was known of this machine cannot be read: %s", type(error).__name__)
        return None


def remember(path: Path, mark: str, facts: MachineFacts) -> None:
    """Write down what was found; a disk that is full or read-only costs the memory, not the evening."""
    raw = {
        "of": mark,
        "chosen": asdict(facts.chosen),
        "tried": [asdict(encoder) | asdict(one) for encoder, one in facts.verdicts.items()],
        "software_cost": facts.software_cost,
        "costs": dict(facts.costs),
    }
    beside = path.with_suffix(".new")
    try:
        beside.write_text(json.dumps(raw, indent=1))
        beside.replace(path)
    except OSError as error:
        logger.info("what is known of this machine cannot be kept: %s", type(error).__name__)


def _facts(raw: Mapping[str, Any]) -> MachineFacts:
    """Return facts from their JSON form.

    Raises:
        ValueError, TypeError, KeyError: It is none.
    """
    verdicts = {_encoder(one): Verdict(_cost(one["cost"]), str(one["reason"])) for one in raw["tried"]}
    costs = {str(name): float(value) for name, value in raw["costs"].items()}
    return MachineFacts(_encoder(raw["chosen"]), verdicts, _cost(raw["software_cost"]), costs)


def _encoder(raw: Mapping[str, Any]) -> PictureEncoder:
    kind = next((kind for kind in KINDS if kind == raw["kind"]), None)
    if kind is None or not isinstance(raw["device"], str | None):
        raise ValueError("no encoder is called so")
    return PictureEncoder(kind, raw["device"], bool(raw["decodes"]))


def _cost(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _processor() -> str:
    with contextlib.suppress(OSError):
        for line in _CPU_INFO.read_text(errors="replace").splitlines():
            if line.startswith(("model name", "Model", "Hardware")):
                return line.partition(":")[2].strip()
    return platform.processor()
