"""The child's side of `HelperProcess`: limits itself, then answers requests until its owner leaves."""

import os
import resource
import sys
from collections.abc import Callable
from typing import Any, BinaryIO

from transcoder import framing
from transcoder.core_dumps import refuse_core_dump

Answer = tuple[dict[str, Any], bytes]
Handler = Callable[[dict[str, Any], bytes], Answer]

BACKGROUND = "--background"
"""The argument by which a child knows that nobody waits for what it makes."""
_BACKGROUND_NICENESS = 19  # whoever plays a film meanwhile does not notice
# Address space, in bytes: a decoder that wants more fails, not the machine.
DEFAULT_MEMORY_LIMIT = 2 * 1024**3


def serve(
    handler: Handler,
    *,
    memory_limit: int = DEFAULT_MEMORY_LIMIT,
    background_niceness: int = _BACKGROUND_NICENESS,
) -> None:
    """Answer requests from standard input on standard output until the input ends.

    What the handler does not catch ends the process; the owner sees a crash and starts another.

    Args:
        handler: Takes a request's header and payload, returns the answer's.
        memory_limit: Greatest address space in bytes.
        background_niceness: How far it stands back where nobody waits for it.
    """
    if BACKGROUND in sys.argv[1:]:
        os.nice(background_niceness)
    refuse_core_dump()
    resource.setrlimit(resource.RLIMIT_AS, (memory_limit, memory_limit))
    requests, answers = _take_standard_streams()
    while (request := _read_message(requests)) is not None:
        header, payload = handler(*request)
        answers.write(framing.format_message(header, payload))
        answers.write(payload)
        answers.flush()


def _take_standard_streams() -> tuple[BinaryIO, BinaryIO]:
    """Return the owner's pipes; what a library prints goes to standard error from now on."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return sys.stdin.buffer, answers


def _read_message(stream: BinaryIO) -> Answer | None:
    sizes = stream.read(framing.SIZES_SIZE)
    if len(sizes) < framing.SIZES_SIZE:
        return None
    header_size, payload_size = framing.parse_sizes(sizes)
    return framing.parse_header(stream.read(header_size)), stream.read(payload_size)
