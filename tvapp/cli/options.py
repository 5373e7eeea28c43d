"""The options that commands share, and the passphrase, which is asked for and never an option."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from tvapp import config
from tvapp.config import Settings, SettingsError

Command = TypeVar("Command", bound=Callable[..., Any])

_FOLDER = click.Path(file_okay=False, path_type=Path)
_OPTIONS = {
    "vault": click.option("--vault", type=_FOLDER, help="Folder of the encrypted vault."),
    "state": click.option("--state", type=_FOLDER, help="Folder of the index and the paired devices."),
    "passphrase_file": click.option(
        "--passphrase-file",
        type=click.Path(dir_okay=False, path_type=Path),
        help="File whose first line is the passphrase; it is asked for otherwise.",
    ),
    "host": click.option("--host", help="Address to listen on."),
    "port": click.option("--port", type=click.IntRange(0, 65535), help="TCP port to listen on."),
    "discovery": click.option(
        "--no-discovery", "discovery", flag_value=False, default=None, help="Send not a packet to the LAN."
    ),
}


def options(*names: str) -> Callable[[Command], Command]:
    """Give a command these options; their values arrive as keyword arguments for `settings_from`."""

    def decorate(command: Command) -> Command:
        for name in reversed(names):
            command = _OPTIONS[name](command)
        return command

    return decorate


def common_options(command: Command) -> Command:
    """Give a command every option that is common to all, whether it needs it or not: scripts rely on that."""
    return options(*_OPTIONS)(command)


def settings_from(given: Mapping[str, object]) -> Settings:
    """Return the settings in force under these options."""
    return config.load(given)


def passphrase_for(settings: Settings, *, new: bool = False) -> str:
    """Return the passphrase from its file or from the person at the terminal.

    Args:
        settings: Names the file, if there is one.
        new: Ask twice, as for a vault that is being made.
    """
    if settings.passphrase_file is not None:
        return _first_line(settings.passphrase_file)
    if not sys.stdin.isatty():
        raise click.UsageError("no terminal to ask for the passphrase; give --passphrase-file")
    return str(click.prompt("Passphrase", hide_input=True, confirmation_prompt=new, err=True))


def _first_line(path: Path) -> str:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise SettingsError(f"passphrase file {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"passphrase file {path}: not UTF-8 text") from error
    if not lines or not lines[0]:
        raise SettingsError(f"passphrase file {path}: its first line is empty")
    return lines[0]
