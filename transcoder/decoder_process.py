"""The owner's side of a process that decodes hostile files and may answer that it cannot."""

import sys
from collections.abc import Mapping
from typing import Any

from transcoder.closing import Closing
from transcoder.errors import ProbeError
from transcoder.helper_process import HelperProcess
from transcoder.unreadable import CAUSES


class DecoderProcess(Closing):
    """The owner of a helper process that is a module of ours. Threads may share it; they take turns.

    Args:
        module: The module.
        name: What log lines call it.
        background: Nobody waits for what it makes: whatever else the machine does comes first.
    """

    def __init__(self, module: str, *, name: str, background: bool) -> None:
        self._process = HelperProcess([sys.executable, "-m", module], name=name, background=background)

    def _ask(
        self, request: dict[str, Any], payload: bytes = b"", *, timeout_s: float
    ) -> tuple[dict[str, Any], bytes]:
        """Return what is answered to one request.

        Raises:
            ProbeError: It says that it cannot read the file.
            HelperCrashedError: It crashed the decoder or took too long.
        """
        answer, data = self._process.call(request, payload, timeout_s=timeout_s)
        raise_error(answer)
        return answer, data

    def close(self) -> None:
        """End the process. Safe twice."""
        self._process.close()


def raise_error(answer: Mapping[str, Any]) -> None:
    """Do nothing, unless an answer says that the file cannot be read.

    Raises:
        ProbeError: It does, and perhaps why, in one of the words that are known.
    """
    if "error" in answer:
        cause = answer.get("cause")
        raise ProbeError(str(answer["error"]), cause if isinstance(cause, str) and cause in CAUSES else None)
