"""`lanterne serve`, and what it tells the person at the terminal."""

import io
import logging
import sys

import click
import segno

from discovery import lan_addresses
from tvapp.cli.opening import no_vault, unlocked
from tvapp.cli.options import common_options, passphrase_for, settings_from
from tvapp.config import Settings
from tvapp.devices import INVITATION_LIFE_S, Devices
from tvapp.launcher import listening_socket
from tvapp.launcher import serve as run_server
from tvapp.roles import Role
from vault import SecretMemory, is_vault


@click.command()
@common_options
def serve(**given: object) -> None:
    """Serve the vault to the screens of the house until Ctrl-C.

    With --passphrase-file the vault is open from the start; otherwise it is locked until a paired device
    unlocks it.
    """
    settings = settings_from(given)
    serve_until_stopped(settings, show_link=sys.stdout.isatty())


def serve_until_stopped(settings: Settings, *, show_link: bool, hint: str = "") -> None:
    """Run the server.

    Args:
        settings: The settings in force.
        show_link: Whether to print a one-time link, which is a secret for a quarter of an hour: not to a log.
        hint: A further line for the person at the terminal.
    """
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    if not is_vault(settings.vault):
        raise no_vault(settings.vault)
    masterkey = _masterkey(settings) if settings.passphrase_file is not None else None
    listener = listening_socket(settings.host, settings.port)
    address = f"http://{_shown_host(settings)}:{listener.getsockname()[1]}/"
    run_server(
        settings,
        listener,
        masterkey=masterkey,
        on_ready=lambda: _greet(settings, address, show_link=show_link, hint=hint),
    )


def _masterkey(settings: Settings) -> SecretMemory:
    vault = unlocked(settings, passphrase_for(settings))
    try:
        return SecretMemory(vault.export_masterkey())
    finally:
        vault.close()


def _shown_host(settings: Settings) -> str:
    """Return the address that other devices reach the server by."""
    if settings.host in {"0.0.0.0", "::"}:  # noqa: S104
        addresses = [address for address in lan_addresses() if ":" not in address]
        return addresses[0] if addresses else "127.0.0.1"
    return f"[{settings.host}]" if ":" in settings.host else settings.host


def _greet(settings: Settings, address: str, *, show_link: bool, hint: str) -> None:
    click.echo(f"Lanterne is at {address}")
    click.echo(
        f"On the LAN it is announced as “{settings.name}”."
        if settings.discovery
        else "It is not announced on the LAN."
    )
    if show_link:
        link = f"{address}tv#invitation={Devices(settings.state).invite(Role.OWNER)}"
        click.echo(
            f"\nTo pair a browser, open this link once within {INVITATION_LIFE_S / 60:.0f} minutes:\n  {link}\n"
        )
        picture = io.StringIO()
        segno.make(link, error="l").terminal(picture, compact=True)
        click.echo(picture.getvalue())
    else:
        click.echo("Pair a device with: lanterne devices add NAME --role owner")
    if hint:
        click.echo(hint)
    sys.stdout.flush()
