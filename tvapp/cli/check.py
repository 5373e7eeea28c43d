"""`lanterne vault check`: whether a vault is whole, and what it was."""

import contextlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click
from rich.progress import DownloadColumn, Progress, TimeRemainingColumn, TransferSpeedColumn

from library import Finding, Library, VaultCheck
from tvapp.cli.opening import unlocked
from tvapp.cli.options import VAULT_LOCATION, common_options, passphrase_for, settings_from
from tvapp.cli.progress import progress_bar
from tvapp.cli.statuses import Status
from tvapp.config import Settings
from tvapp.transfer import shown
from vault import Vault

_MB = 1_000_000


@click.command()
@click.argument("directory", metavar="DIR", type=VAULT_LOCATION)
@click.option("--deep", is_flag=True, help="Read every file whole. Stopped, it goes on when it is run again.")
@click.option("--restart", is_flag=True, help="Begin a deep check anew that was stopped.")
@click.option("--json", "as_json", is_flag=True, help="Write one JSON document instead of lines.")
@click.option(
    "--accept",
    "accepted",
    multiple=True,
    metavar="/PATH",
    help="First take what is missing, exchanged, rolled back or altered there and below for what should be.",
)
@common_options
def check(
    directory: Path | str,
    *,
    deep: bool,
    restart: bool,
    as_json: bool,
    accepted: tuple[str, ...],
    **given: object,
) -> None:
    """Look whether the vault in DIR is whole and what it was.

    One line per finding: problem, path and place, with tabs between; docs/checking.md explains each. Nothing
    in the vault is changed.
    """
    settings = settings_from({**given, "vault": directory})
    with _opened(settings) as (vault, library):
        _accept(library, accepted)
        checking = VaultCheck(vault, library.integrity if library is not None else None)
        found = _report(checking, deep=deep, restart=restart, quiet=as_json)
        if as_json:
            click.echo(json.dumps(_document(checking, found, deep=deep), ensure_ascii=False, indent=1))
        _summarise(checking, found, settings, deep=deep, has_index=library is not None)
    if any(not finding.is_harmless for finding in found):
        raise click.exceptions.Exit(Status.DAMAGED)


@contextlib.contextmanager
def _opened(settings: Settings) -> Iterator[tuple[Vault, Library | None]]:
    """Open the vault, and its library where the state folder has one; no state is made for a check."""
    with unlocked(settings, passphrase_for(settings)) as vault:
        if not Library.is_kept_in(settings.state, vault):
            yield vault, None
            return
        with Library(vault, settings.state) as library:
            yield vault, library


def _accept(library: Library | None, paths: Iterable[str]) -> None:
    for path in paths:
        if library is None:
            raise click.UsageError("--accept needs the state folder of this vault")
        if not path.startswith("/"):
            raise click.UsageError(f"--accept {path}: a path of the vault begins with a slash")
        count = library.integrity.accept(path.rstrip("/") or "/")
        click.echo(f"accepted {count} under {shown(path)}", err=True)


def _report(checking: VaultCheck, *, deep: bool, restart: bool, quiet: bool) -> list[Finding]:
    """Check, write a line for every finding as it comes, and return them all."""
    found: list[Finding] = []
    with progress_bar(DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn(compact=True)) as bar:
        task = bar.add_task("checking the structure", total=None)

        def tell(findings: Iterable[Finding]) -> None:
            for finding in findings:
                found.append(finding)
                if not quiet:
                    _write_line(bar, finding)

        tell(checking.quick(deep_follows=deep))
        if deep:
            bar.update(task, description="reading every file")
            tell(
                checking.deep(
                    lambda progress: bar.update(
                        task, completed=progress.done_size, total=progress.total_size
                    ),
                    restart=restart,
                )
            )
    return found


def _write_line(bar: Progress, finding: Finding) -> None:
    """Write a line to stdout, past the bar, which takes stdout over while it is shown."""
    line = "\t".join((finding.problem, shown(finding.path) or "-", _place(finding)))
    if bar.disable:
        click.echo(line)
        return
    bar.stop()
    click.echo(line)
    bar.start()


def _place(finding: Finding) -> str:
    """Return which bytes a finding concerns, first and last counted, as HTTP counts ranges; and what else it says."""
    ranges = ", ".join(f"{start}-{stop - 1}" for start, stop in finding.ranges if stop > start)
    return "; ".join(part for part in (ranges and f"bytes {ranges}", shown(finding.detail)) if part)


def _document(checking: VaultCheck, found: list[Finding], *, deep: bool) -> dict[str, Any]:
    return {
        "deep": deep,
        "compared": checking.stock_taken,
        "files": checking.file_count,
        "skipped": checking.skipped_count,
        "read_size": checking.read_size,
        "findings": [
            {
                "problem": finding.problem,
                "path": finding.path,
                "stored_path": finding.stored_path,
                "detail": finding.detail,
                "ranges": [{"start": start, "stop": stop} for start, stop in finding.ranges],
                "harmless": finding.is_harmless,
            }
            for finding in found
        ],
    }


def _summarise(
    checking: VaultCheck, found: list[Finding], settings: Settings, *, deep: bool, has_index: bool
) -> None:
    if not has_index:
        click.echo(
            f"{settings.state} has no index of this vault to compare with: files that were cut at a chunk's"
            " edge, exchanged, rolled back or removed are not seen",
            err=True,
        )
    elif not checking.stock_taken:
        click.echo("a scan is under way: what it has not seen yet was not compared", err=True)
    if deep:
        speed = checking.read_size / _MB / checking.read_s if checking.read_s else 0.0
        click.echo(
            f"read {checking.file_count - checking.skipped_count} files, {checking.read_size / _MB:.1f} MB at"
            f" {speed:.0f} MB/s; {checking.skipped_count} were read before",
            err=True,
        )
    bad_count = sum(not finding.is_harmless for finding in found)
    harmless = f", {len(found) - bad_count} harmless" if len(found) > bad_count else ""
    click.echo(
        f"{bad_count} findings{harmless}" if bad_count else f"the vault is in order{harmless}", err=True
    )
