"""`lanterne devices ...`."""

from collections.abc import Callable

import click

from tvapp.cli.opening import unlocked
from tvapp.cli.options import common_options, passphrase_for, settings_from
from tvapp.config import Settings
from tvapp.devices import NAMES_KEY_INFO, Device, Devices
from tvapp.roles import Role


@click.group()
def devices() -> None:
    """Pair, list and revoke devices."""


@devices.command("list")
@common_options
def list_devices(**given: object) -> None:
    """List the paired devices: id, role, since when, name.

    The names are sealed: they are shown when the passphrase is given by --passphrase-file.
    """
    settings = settings_from(given)
    name_of = _names(settings)
    for device in Devices(settings.state).all():
        click.echo(f"{device.device_id}  {device.role.word:<5}  {device.paired_at}  {name_of(device)}")


@devices.command()
@click.argument("name")
@click.option(
    "--role", type=click.Choice([role.word for role in Role]), default=Role.TV.word, show_default=True
)
@common_options
def add(name: str, role: str, **given: object) -> None:
    """Pair a device called NAME and print its token, which is shown this once only."""
    settings = settings_from(given)
    device, token = Devices(settings.state).add(name, Role.named(role))
    click.echo(token)
    click.echo(f"paired as {device.device_id}, role {device.role.word}", err=True)


@devices.command()
@click.argument("device_id", metavar="ID")
@common_options
def revoke(device_id: str, **given: object) -> None:
    """Unpair the device with this ID: its token opens nothing from now on."""
    Devices(settings_from(given).state).revoke(device_id)


def _names(settings: Settings) -> Callable[[Device], str]:
    """Return how to show a device's name: in the clear only with the passphrase at hand."""
    if settings.passphrase_file is None:
        return lambda _device: "(sealed)"
    opened = unlocked(settings, passphrase_for(settings))
    try:
        private_bytes = opened.derive_key(NAMES_KEY_INFO)
    finally:
        opened.close()
    return lambda device: Devices.read_name(device, private_bytes) or "(not kept)"
