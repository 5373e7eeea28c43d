"""`lanterne import`, `export`, `ls` and `scan`."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from library import Library, ScanReport
from tvapp.cli.options import common_options, passphrase_for, settings_from
from tvapp.config import Settings
from tvapp.household import opened_library, unlocked
from tvapp.transfer import Piece, TransferReport, export_path, import_pieces, plan_import
from vault import IntegrityError, Node, NodeKind, Vault

DAMAGED_STATUS = 13


@click.command("import")
@click.argument("sources", metavar="SRC...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--to", default="/", show_default=True, metavar="/FOLDER", help="Folder of the vault to put them in."
)
@common_options
def import_files(sources: tuple[Path, ...], to: str, **given: object) -> None:
    """Put files and folders into the vault. The sources stay as they are."""
    settings = settings_from(given)
    pieces = plan_import(list(sources), to)
    passphrase = passphrase_for(settings)
    with opened_library(settings, passphrase) as (vault, library):
        report = import_with_progress(vault, pieces)
        scan_with_progress(library)
    click.echo(f"stored {report.stored_count}, had {report.skipped_count} already", err=True)
    finish(report)


@click.command()
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option("--to", required=True, type=click.Path(file_okay=False, path_type=Path), metavar="DIR")
@common_options
def export(paths: tuple[str, ...], to: Path, **given: object) -> None:
    """Write files and folders of the vault, decrypted, into DIR."""
    settings = settings_from(given)
    whole = TransferReport()
    with opened_vault(settings) as vault:
        for path in paths:
            report = export_path(vault, path, to)
            whole.stored_count += report.stored_count
            whole.failures += report.failures
    click.echo(f"wrote {whole.stored_count} files", err=True)
    finish(whole)


@click.command("ls")
@click.argument("path", default="/")
@click.option("-l", "--long", is_flag=True, help="Show kind and size in bytes too.")
@common_options
def list_folder(path: str, *, long: bool, **given: object) -> None:
    """List a folder of the vault; folders end in a slash."""
    with opened_vault(settings_from(given)) as vault:
        node = vault.find(path)
        nodes = vault.list_folder(node.own_id) if node.own_id is not None else [node]
        for entry in nodes:
            click.echo(_line(entry, long=long))


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


def import_with_progress(vault: Vault, pieces: list[Piece]) -> TransferReport:
    """Import with a bar on the terminal."""
    total = sum(piece.source.stat().st_size for piece in pieces)
    with progress_bar(DownloadColumn(), TimeRemainingColumn()) as bar:
        task = bar.add_task("encrypting", total=total)
        return import_pieces(vault, pieces, lambda _piece, size: bar.advance(task, size))


def scan_with_progress(library: Library) -> ScanReport:
    """Scan with a bar on the terminal."""
    with progress_bar(MofNCompleteColumn()) as bar:
        task = bar.add_task("reading", total=None)
        return library.scan(lambda progress: bar.update(task, completed=progress.done, total=progress.total))


@contextlib.contextmanager
def opened_vault(settings: Settings) -> Iterator[Vault]:
    """Open the vault alone, for commands that need no index."""
    vault = unlocked(settings, passphrase_for(settings))
    try:
        yield vault
    finally:
        vault.close()


def progress_bar(*columns: ProgressColumn) -> Progress:
    """Return a bar on stderr; nothing is drawn where that is no terminal."""
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        *columns,
        console=console,
        disable=not console.is_terminal,
    )


def finish(report: TransferReport) -> None:
    """Say what failed and leave with the status of the contract."""
    for name, error in report.failures:
        click.echo(f"lanterne: {name}: {error}", err=True)
    if any(isinstance(error, IntegrityError) for _, error in report.failures):
        raise click.exceptions.Exit(DAMAGED_STATUS)
    if report.failures:
        raise click.exceptions.Exit(1)


def _line(node: Node, *, long: bool) -> str:
    name = f"{node.name}/" if node.kind is NodeKind.FOLDER else node.name
    if not long:
        return name
    size = "?" if node.size is None and node.kind is NodeKind.FILE else (node.size or "-")
    return f"{node.kind.value:<7} {size:>14} {name}"
