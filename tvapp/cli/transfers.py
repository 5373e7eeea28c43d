"""`lanterne import` and `lanterne export`."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import click

from library import Library, LibraryError, Seal
from tvapp.cli.opening import opened_library, unlocked
from tvapp.cli.options import common_options, passphrase_for, settings_from
from tvapp.cli.progress import scan_with_progress, stop_requests, watching_files
from tvapp.cli.statuses import Status
from tvapp.config import Settings
from tvapp.transfer import (
    DamageError,
    Exporter,
    Failure,
    Importer,
    ImportPlan,
    SealRecords,
    TransferReport,
    human_size,
    plan_export,
    plan_import,
    require_room,
    shown,
    survey,
)
from vault import IntegrityError, Node, PlaintextReader, Vault

_MAX_REMARKS = 20


@click.command("import")
@click.argument("sources", metavar="SRC...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--to",
    default="/",
    show_default=True,
    metavar="/FOLDER",
    help="Folder of the vault to put them in; made if need be.",
)
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help="Take hidden files too, and those that systems make for themselves.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@common_options
def import_files(
    sources: tuple[Path, ...], to: str, *, everything: bool, dry_run: bool, **given: object
) -> None:
    """Put files and folders into the vault. The sources stay as they are.

    Every file is read back from the vault and compared before it counts as stored. What is in the vault
    already, with the same name and contents, is passed over: the same command goes on where it was stopped.
    Nothing is overwritten.
    """
    settings = settings_from(given)
    folder = settings.vault if isinstance(settings.vault, Path) else None
    plan = plan_import(sources, to, folder, everything=everything)
    if plan.is_empty:
        finish(
            TransferReport(failures=plan.failures, remarks=plan.remarks, left_out_count=plan.left_out_count)
        )
        return
    with opened_library(settings, passphrase_for(settings)) as (vault, library):
        if dry_run:
            report = _rehearse(vault, library, plan)
        else:
            report = import_and_scan(vault, library, plan)
            click.echo(_import_summary(report), err=True)
    finish(report, "the same command goes on with the rest")


@click.command()
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option(
    "--to",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Folder to write into; made if need be.",
)
@click.option("--skip-existing", is_flag=True, help="Pass over what is there already with the same contents.")
@click.option("--symlinks", is_flag=True, help="Make the vault's links too, where they stay inside DIR.")
@common_options
def export(paths: tuple[str, ...], to: Path, *, skip_existing: bool, symlinks: bool, **given: object) -> None:
    """Write files and folders of the vault, decrypted, into DIR. The path / stands for all of it.

    Nothing is overwritten. A file is there whole or not at all.
    """
    settings = settings_from(given)
    with _opened_with_seals(settings) as (vault, seals), stop_requests() as stopping:
        exporter = Exporter(
            vault, seals, to, skip_existing=skip_existing, symlinks=symlinks, stopping=stopping
        )
        plan = plan_export(vault, paths)
        exporter.require_room(plan)
        with watching_files("decrypting", len(plan.files), plan.size) as watcher:
            report = exporter.run(plan, watcher)
    wrote = f"wrote {_files(report.stored_count)} ({human_size(report.stored_size)})"
    click.echo(f"{wrote}, had {report.skipped_count} already" if skip_existing else wrote, err=True)
    finish(report, "the same command with --skip-existing goes on with the rest")


def import_and_scan(vault: Vault, library: Library, plan: ImportPlan) -> TransferReport:
    """Import, with a bar on the terminal, then read what is new into the index."""
    found = survey(vault, plan)
    require_room(vault, plan, found)
    with stop_requests() as stopping:
        with watching_files("encrypting", len(plan.files), plan.size) as watcher:
            report = Importer(vault, library, watcher, stopping).run(plan, found)
        if not report.stopped and not report.ended_by:
            try:
                scan_with_progress(library, stopping)
            except LibraryError as error:
                report.failures.append(Failure("the index", error))
    return report


def finish(report: TransferReport, how_to_go_on: str = "") -> None:
    """Say what else is to be said, what failed last of all, and leave with the status of the contract."""
    for remark in report.remarks[:_MAX_REMARKS]:
        click.echo(f"lanterne: {shown(remark.name)}: {remark.words}", err=True)
    if len(report.remarks) > _MAX_REMARKS:
        click.echo(f"lanterne: {len(report.remarks) - _MAX_REMARKS} more such remarks", err=True)
    for failure in report.failures:
        click.echo(f"lanterne: {shown(failure.name)}: {_words(failure.error)}", err=True)
    if report.unreached_count:
        click.echo(f"lanterne: {_files(report.unreached_count)} not reached", err=True)
    if report.ended_by is not None or report.stopped:
        # A full disk, mostly: that is better said here, where it is known what stays.
        reason = "stopped" if report.ended_by is None else _words(report.ended_by).partition(":")[0]
        click.echo(f"lanterne: {reason}; what was done stays, {how_to_go_on}", err=True)
    if any(isinstance(failure.error, IntegrityError | DamageError) for failure in report.failures):
        raise click.exceptions.Exit(Status.DAMAGED)
    if not report.is_whole:
        raise click.exceptions.Exit(Status.ERROR)


def _rehearse(vault: Vault, library: Library, plan: ImportPlan) -> TransferReport:
    found = survey(vault, plan)
    importer = Importer(vault, library)
    for word, path in importer.rehearse(plan, found):
        click.echo(f"{word:<5} {shown(path)}")
    if importer.report.left_out_count:
        click.echo(_left_out(importer.report), err=True)
    require_room(vault, plan, found)
    return importer.report


def _import_summary(report: TransferReport) -> str:
    parts = [f"stored {report.stored_count}, had {report.skipped_count} already"]
    if report.stored_size:
        parts.append(f"{human_size(report.stored_size)} written and read back")
    if report.left_out_count:
        parts.append(_left_out(report))
    return "; ".join(parts)


def _left_out(report: TransferReport) -> str:
    return f"left out {report.left_out_count} hidden or system files and folders (--all takes them)"


def _files(count: int) -> str:
    return f"{count} file{'' if count == 1 else 's'}"


def _words(error: Exception) -> str:
    """Return what went wrong, without the names and numbers that the system puts around it."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror[0].lower() + error.strerror[1:]
    return str(error)


@contextlib.contextmanager
def _opened_with_seals(settings: Settings) -> Iterator[tuple[Vault, SealRecords]]:
    """Open the vault, and the index for what it knows; without an index, everything still comes out."""
    with contextlib.ExitStack() as closing:
        vault = closing.enter_context(unlocked(settings, passphrase_for(settings)))
        try:
            seals: SealRecords = closing.enter_context(Library(vault, settings.state))
        except LibraryError as error:
            click.echo(f"lanterne: going on without the index: {error}", err=True)
            seals = _NoSeals()
        yield vault, seals


class _NoSeals:
    """Knows nothing."""

    def note_stored(
        self, path: str, sha256: bytes, source_mtime_ns: int | None = None, marks: bytes | None = None
    ) -> None:
        pass

    def stored_sha256(self, path: str) -> bytes | None:  # noqa: ARG002
        return None

    def seal_of(self, reader: PlaintextReader) -> Seal | None:  # noqa: ARG002
        return None

    def require_whole(self, node: Node) -> None:
        pass
