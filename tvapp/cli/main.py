"""The group of all commands, and the one table from what went wrong to an exit status."""

import sys

import click

from library import LibraryError
from transcoder import TranscoderError
from tvapp.cli.content import list_folder, scan
from tvapp.cli.demo import demo
from tvapp.cli.devices import devices
from tvapp.cli.serving import serve
from tvapp.cli.settings import settings
from tvapp.cli.statuses import Status
from tvapp.cli.transfers import export, import_files
from tvapp.cli.vaults import vault
from tvapp.config import SettingsError
from tvapp.devices import DevicesError
from tvapp.hardening import hold_a_key
from tvapp.launcher import ListenError
from tvapp.processes import PainterError
from tvapp.transfer import TransferError
from tvapp.version import VERSION
from vault import (
    FormatError,
    IntegrityError,
    NoVaultError,
    RecoveryKeyError,
    VaultError,
    WrongPassphraseError,
)

# The first entry that fits decides.
EXIT_STATUS: tuple[tuple[type[Exception], Status], ...] = (
    (NoVaultError, Status.NO_VAULT),
    (FormatError, Status.NO_VAULT),
    (WrongPassphraseError, Status.WRONG_PASSPHRASE),
    (RecoveryKeyError, Status.WRONG_PASSPHRASE),
    (IntegrityError, Status.DAMAGED),
    (VaultError, Status.ERROR),
    (SettingsError, Status.USAGE),
    (TransferError, Status.ERROR),
    (LibraryError, Status.ERROR),
    (DevicesError, Status.ERROR),
    (ListenError, Status.ERROR),
    (PainterError, Status.ERROR),
    (TranscoderError, Status.ERROR),
    (OSError, Status.ERROR),
)

EPILOG = (
    "Exit status: 0 done, 1 error, 2 usage, 10 no vault there, 12 wrong passphrase, 13 damaged data found. "
    "Settings come from defaults, the TOML file named by LANTERNE_CONFIG, LANTERNE_* variables and options, "
    "the later over the earlier; see `lanterne settings`."
)


@click.group(
    epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(VERSION, prog_name="lanterne")
def commands() -> None:
    """A household's films and photos: encrypted on disk, bright on the TV."""


for command in (vault, import_files, export, list_folder, scan, serve, demo, devices, settings):
    commands.add_command(command)


def main() -> None:
    """Run the command line."""
    hold_a_key()  # most commands will
    try:
        # Without its standalone mode, click returns the status that a command left with.
        status = commands.main(standalone_mode=False)
        sys.exit(status if isinstance(status, int) else 0)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("lanterne: stopped", err=True)
        sys.exit(Status.ERROR)
    except tuple(kind for kind, _ in EXIT_STATUS) as error:
        click.echo(f"lanterne: {error}", err=True)
        sys.exit(exit_status(error))


def exit_status(error: Exception) -> Status:
    """Return the exit status of the contract for an error."""
    return next(status for kind, status in EXIT_STATUS if isinstance(error, kind))
