"""`lanterne vault ...`."""

from pathlib import Path

import click

from tvapp.cli.check import check
from tvapp.cli.keys import passwd, recover, recovery_key
from tvapp.cli.options import VAULT_LOCATION, common_options, passphrase_for, settings_from
from tvapp.devices import NAMES_KEY_INFO, Devices
from vault import Vault


@click.group()
def vault() -> None:
    """Make and look after the encrypted vault."""


@vault.command()
@click.argument("directory", metavar="DIR", type=VAULT_LOCATION)
@common_options
def create(directory: Path | str, **given: object) -> None:
    """Make a new, empty vault in DIR, an empty or new folder."""
    settings = settings_from(given)
    passphrase = passphrase_for(settings, new=True)
    opened = Vault.create(directory, passphrase)
    try:
        Devices(settings.state).seal_names_to(opened.derive_key(NAMES_KEY_INFO))
    finally:
        opened.close()
    click.echo(
        f"made a vault in {directory}; nobody can open it without the passphrase, so keep that well", err=True
    )


for command in (check, passwd, recovery_key, recover):
    vault.add_command(command)
