"""`lanterne demo`: a vault with generated films and photos, and the server on it."""

import dataclasses
import shutil
import tempfile
from pathlib import Path

import click

from transcoder import find_ffmpeg
from tvapp.cli.opening import opened_library
from tvapp.cli.options import options, settings_from
from tvapp.cli.progress import progress_bar
from tvapp.cli.serving import serve_until_stopped
from tvapp.cli.transfers import finish, import_and_scan
from tvapp.config import Settings
from tvapp.processes import paint_demo
from tvapp.transfer import plan_import
from vault import Vault

PASSPHRASE = "magic lantern"  # noqa: S105 - printed on the terminal: the demo holds nobody's secrets


@click.command()
@click.option(
    "--directory",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(".demo"),
    show_default=True,
    help="Where the demo's vault and state are kept.",
)
@options("host", "port", "discovery")
def demo(directory: Path, **given: object) -> None:
    """Make a vault with generated films and photos, once, and serve it."""
    settings = dataclasses.replace(
        settings_from(given), vault=directory / "vault", state=directory / "state", passphrase_file=None
    )
    made, unfinished = directory / "made", directory / "unfinished"
    if not made.exists():
        _clear(directory, settings, unfinished)
        _make(settings)
        unfinished.rename(made)
    serve_until_stopped(
        settings, show_link=True, hint=f"The demo's vault is locked. Its passphrase is: {PASSPHRASE}"
    )


def _clear(directory: Path, settings: Settings, unfinished: Path) -> None:
    """Make room for a demo; of what is there only an unfinished demo of ours is removed."""
    directory.mkdir(parents=True, exist_ok=True)
    if unfinished.exists():
        shutil.rmtree(settings.vault, ignore_errors=True)
        shutil.rmtree(settings.state, ignore_errors=True)
    elif any(directory.iterdir()):
        raise click.UsageError(f"{directory} is not empty and holds no demo; give another folder")
    unfinished.touch()


def _make(settings: Settings) -> None:
    with tempfile.TemporaryDirectory(prefix="lanterne-demo-") as temporary:
        pictures = Path(temporary)
        with progress_bar() as bar:
            task = bar.add_task("painting the demo's films and photos", total=None)
            paint_demo(
                pictures,
                settings.ffmpeg or find_ffmpeg(),
                lambda done, total: bar.update(task, completed=done, total=total),
            )
        Vault.create(settings.vault, PASSPHRASE).close()
        with opened_library(settings, PASSPHRASE) as (vault, library):
            plan = plan_import(sorted(pictures.iterdir()), "/", None)
            report = import_and_scan(vault, library, plan)
    finish(report)
