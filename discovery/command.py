"""How a launcher starts the sidecar."""

import sys


def sidecar_command() -> list[str]:
    """Return the argument list that starts the sidecar; `discovery.__main__` says how to talk to it."""
    # -P: a module that lies in the folder where the launcher was started is never loaded in place of ours.
    return [sys.executable, "-P", "-m", "discovery"]
