"""`lanterne settings`."""

import dataclasses

import click

from tvapp.cli.options import common_options, settings_from
from tvapp.config import FIELDS, PREFIX


@click.command()
@common_options
def settings(**given: object) -> None:
    """Show every setting with the value in force and the variable that sets it."""
    values = dataclasses.asdict(settings_from(given))
    for name in FIELDS:
        click.echo(f"{PREFIX}{name.upper()}={_as_text(values[name])}")


def _as_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        return ",".join(value)
    return str(value)
