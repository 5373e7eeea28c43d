"""The options that commands share, and the passphrase, which is asked for and never an option."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from tvapp import config
from tvapp.config import Settings, location
from tvapp.secret_files import read_first_line

Command = TypeVar("Command", bound=Callable[..., Any])


class VaultLocation(click.ParamType[Path | str]):
    """A folder, or the address of a vault that fsspec reaches."""

    name = "dir"

    def convert(
        self,
        value: Path | str,
        param: click.Parameter | None,  # noqa: ARG002 - click's signature
        ctx: click.Context | None,  # noqa: ARG002
    ) -> Path | str:
        """Return a path, or an address as it is."""
        return location(value) if isinstance(value, str) else value


VAULT_LOCATION = VaultLocation()
_FOLDER = click.Path(file_okay=False, path_type=Path)
_OPTIONS = {
    "vault": click.option(
        "--vault", type=VAULT_LOCATION, help="Folder of the encrypted vault, or its address."
    ),
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

new_passphrase_option = click.option(
    "--new-passphrase-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File whose first line is the new passphrase; it is asked for otherwise.",
)


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
        return read_first_line(settings.passphrase_file, "passphrase file")
    return _asked("Passphrase", "--passphrase-file", twice=new)


def new_passphrase_from(file: Path | None) -> str:
    """Return a vault's new passphrase from a file, or from the person at the terminal, who types it twice."""
    if file is not None:
        return read_first_line(file, "passphrase file")
    return _asked("New passphrase", "--new-passphrase-file", twice=True)


def _asked(prompt: str, option: str, *, twice: bool) -> str:
    if not sys.stdin.isatty():
        raise click.UsageError(f"no terminal to ask for the passphrase; give {option}")
    return str(click.prompt(prompt, hide_input=True, confirmation_prompt=twice, err=True))
