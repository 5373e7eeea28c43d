"""How a launcher starts the sidecar."""

import sys


def sidecar_command() -> list[str]:
    """Return the argument list that starts the sidecar; `discovery.__main__` says how to talk to it."""
    return [sys.executable, "-m", "discovery"]
