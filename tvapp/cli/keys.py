"""`lanterne vault passwd`, `recovery-key` and `recover`: the ways to the masterkey, looked after."""

import io
import shlex
import sys
from pathlib import Path

import click
import segno

from tvapp.cli.opening import no_vault, unlocked
from tvapp.cli.options import (
    VAULT_LOCATION,
    common_options,
    new_passphrase_from,
    new_passphrase_option,
    passphrase_for,
    settings_from,
)
from tvapp.secret_files import read_text
from vault import (
    RECOVERY_KEY_LINE_COUNT,
    RecoveryKeyError,
    TamperedVaultError,
    Vault,
    format_recovery_key,
    is_vault,
    parse_recovery_key,
    parse_recovery_line,
    set_passphrase,
)

_MAX_TYPED_SIZE = 64 * 1024


@click.command()
@click.argument("directory", metavar="DIR", type=VAULT_LOCATION)
@new_passphrase_option
@common_options
def passwd(directory: Path | str, new_passphrase_file: Path | None, **given: object) -> None:
    """Give the vault in DIR another passphrase.

    One small file is written anew; films and photos stay as they are, and a server that runs goes on.
    """
    settings = settings_from({**given, "vault": directory})
    with unlocked(settings, passphrase_for(settings)) as vault:
        new = new_passphrase_from(new_passphrase_file)
        backup = set_passphrase(directory, vault.export_masterkey(), new)
    click.echo(f"the vault in {directory} has a new passphrase", err=True)
    _tell_of_backup(backup, "it still opens with the OLD passphrase")
    if settings.passphrase_file is not None:
        click.echo(f"{settings.passphrase_file} holds the old passphrase: servers need the new one", err=True)


@click.command("recovery-key")
@click.argument("directory", metavar="DIR", type=VAULT_LOCATION)
@click.option("--qr", is_flag=True, help="Show it as a QR code, too; on a terminal only.")
@common_options
def recovery_key(directory: Path | str, *, qr: bool, **given: object) -> None:
    """Print the recovery key of the vault in DIR, to be kept on paper.

    It opens the vault without the passphrase: with `lanterne vault recover`.
    """
    if qr and not sys.stdout.isatty():
        raise click.UsageError("a QR code is for a terminal; without --qr the key is plain text")
    settings = settings_from({**given, "vault": directory})
    with unlocked(settings, passphrase_for(settings)) as vault:
        text = format_recovery_key(vault.export_masterkey())
    click.echo(
        "This is the recovery key of the vault. Whoever has it can open the vault, for ever, whatever the\n"
        "passphrase: print it or write it down, keep it where you keep papers, and leave no copy on a disk.\n"
        "With it, `lanterne vault recover DIR` gives the vault a new passphrase. The Cryptomator apps have\n"
        "another form of recovery key and do not take this one; the vault is an ordinary one all the same.\n",
        err=True,
    )
    click.echo(text, nl=False)
    if qr:
        picture = io.StringIO()
        segno.make(text, error="m").terminal(picture, compact=True)
        click.echo(picture.getvalue())


@click.command()
@click.argument("directory", metavar="DIR", type=VAULT_LOCATION)
@click.option(
    "--recovery-key-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File with the recovery key; it is asked for, or read from standard input, otherwise.",
)
@new_passphrase_option
@common_options
def recover(
    directory: Path | str, recovery_key_file: Path | None, new_passphrase_file: Path | None, **_given: object
) -> None:
    """Give the vault in DIR a new passphrase with its recovery key.

    For a forgotten passphrase, and for a masterkey.cryptomator that is lost or damaged.
    """
    if not is_vault(directory):
        raise no_vault(directory)
    masterkey = _masterkey_of(directory, recovery_key_file)
    backup = set_passphrase(directory, masterkey, new_passphrase_from(new_passphrase_file))
    click.echo(
        f"the vault in {directory} has a new passphrase; its recovery key stays the same.\n"
        "The Cryptomator apps use another form of recovery key, but it is an ordinary vault: they open it\n"
        "with the new passphrase.",
        err=True,
    )
    _tell_of_backup(backup, "if it was whole, it still opens with the OLD passphrase")


def _masterkey_of(directory: Path | str, file: Path | None) -> bytes:
    """Return the masterkey that a recovery key stands for.

    Raises:
        RecoveryKeyError: It has a mistake, or belongs to another vault.
    """
    if file is not None:
        masterkey = parse_recovery_key(read_text(file, "recovery key file"))
    elif sys.stdin.isatty():
        masterkey = parse_recovery_key(_typed_lines())
    else:
        typed = sys.stdin.buffer.read(_MAX_TYPED_SIZE).decode("utf-8-sig", errors="replace")
        masterkey = parse_recovery_key(typed)
    try:
        Vault.unlock_with_masterkey(directory, masterkey).close()
    except TamperedVaultError as error:
        raise RecoveryKeyError(
            f"this is the recovery key of another vault than the one in {directory}; nothing was changed"
        ) from error
    return masterkey


def _typed_lines() -> str:
    """Ask for the recovery key line by line; a line with a mistake is asked for again."""
    click.echo("Type the recovery key as it is on paper. Spaces and capitals do not matter.", err=True)
    lines: list[str] = []
    while len(lines) < RECOVERY_KEY_LINE_COUNT:
        number = len(lines) + 1
        line = str(click.prompt(f"Line {number} of {RECOVERY_KEY_LINE_COUNT}", err=True))
        try:
            parse_recovery_line(number, line)
        except RecoveryKeyError as error:
            click.echo(f"lanterne: {error}; type that line again", err=True)
            continue
        lines.append(line)
    return "\n".join(lines)


def _tell_of_backup(backup: Path | str | None, warning: str) -> None:
    if backup is None:
        return
    click.echo(f"The former masterkey file is kept as {backup}: {warning}.", err=True)
    how = f": rm {shlex.quote(str(backup))}" if isinstance(backup, Path) else "."
    click.echo(f"When the new passphrase works, remove it{how}", err=True)
