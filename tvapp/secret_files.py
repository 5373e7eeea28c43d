"""Small files with a secret in them: a passphrase, a recovery key."""

import os
import stat
from pathlib import Path

import click

from tvapp.config import SettingsError, secret_places

_MAX_SIZE = 64 * 1024


def read_first_line(path: Path, what: str) -> str:
    """Return the first line of a file with a secret; warns where others can read it, too.

    Args:
        path: The file.
        what: What people call it, for messages.

    Raises:
        SettingsError: It cannot be read, is not text, or its first line is empty.
    """
    try:
        lines = _read(path, what).decode("utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise SettingsError(f"{what} {path}: not UTF-8 text") from error
    if not lines or not lines[0]:
        raise SettingsError(f"{what} {path}: its first line is empty")
    return lines[0]


def read_text(path: Path, what: str) -> str:
    """Return a file with a secret as text, whatever is in it; warnings and errors as for its first line."""
    return _read(path, what).decode("utf-8-sig", errors="replace")


def _read(path: Path, what: str) -> bytes:
    try:
        with path.open("rb") as file:
            _warn_if_exposed(path, os.fstat(file.fileno()).st_mode, what)
            return file.read(_MAX_SIZE)
    except OSError as error:
        raise SettingsError(f"{what} {path}: {error.strerror}") from error


def _warn_if_exposed(path: Path, mode: int, what: str) -> None:
    """Say so when a file is not its owner's alone. Where the system puts secrets, the folder protects them."""
    if not mode & (stat.S_IRGRP | stat.S_IROTH) or not stat.S_ISREG(mode):
        return
    if any(path.resolve().is_relative_to(place) for place in secret_places()):
        return
    click.echo(f"lanterne: warning: others can read the {what}; chmod 600 {path}", err=True)
