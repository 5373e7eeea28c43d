"""`lanterne ls` and `scan`."""

from datetime import UTC, datetime

import click

from tvapp.cli.opening import opened_library, unlocked
from tvapp.cli.options import common_options, passphrase_for, settings_from
from tvapp.cli.progress import scan_with_progress
from tvapp.transfer import human_size
from vault import Node, NodeKind


@click.command("ls")
@click.argument("path", default="/")
@click.option("-l", "--long", is_flag=True, help="Show kind, size in bytes and time of the last change too.")
@click.option("-H", "--human", is_flag=True, help="With --long: sizes as people read them, such as 1.2 GB.")
@common_options
def list_folder(path: str, *, long: bool, human: bool, **given: object) -> None:
    """List a folder of the vault; folders end in a slash."""
    settings = settings_from(given)
    with unlocked(settings, passphrase_for(settings)) as vault:
        node = vault.find(path)
        nodes = vault.list_folder(node.own_id) if node.own_id is not None else [node]
        for entry in nodes:
            name = f"{entry.name}/" if entry.kind is NodeKind.FOLDER else entry.name
            click.echo(f"{_details(entry, human=human)} {name}" if long or human else name)


@click.command()
@common_options
def scan(**given: object) -> None:
    """Read what is new in the vault into the index."""
    settings = settings_from(given)
    with opened_library(settings, passphrase_for(settings)) as (_, library):
        report = scan_with_progress(library)
    click.echo(
        f"read {report.read_count} files, removed {report.removed_count}, left {report.unchanged_count} as they were"
    )


def _details(node: Node, *, human: bool) -> str:
    if node.size is None:
        size = "?" if node.kind is NodeKind.FILE else "-"
    else:
        size = human_size(node.size) if human else str(node.size)
    return f"{node.kind.value:<7} {size:>{10 if human else 14}} {_local_time(node.mtime_ns):<16}"


def _local_time(time_ns: int) -> str:
    try:
        return f"{datetime.fromtimestamp(time_ns // 1_000_000_000, UTC).astimezone():%Y-%m-%d %H:%M}"
    except (OverflowError, ValueError):  # disks can hold times that no calendar has
        return "?"
