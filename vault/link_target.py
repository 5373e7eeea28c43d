"""Where a link of the vault points to: the contents of a small file."""

from vault.errors import FormatError
from vault.reader import PlaintextReader

_MAX_TARGET_SIZE = 32767


def read_link_target(reader: PlaintextReader) -> str:
    """Return where a link points to, as it was written; FormatError if that is no target."""
    if reader.size > _MAX_TARGET_SIZE:
        raise FormatError("the target of a link is too long")
    try:
        return reader.read().decode()
    except UnicodeDecodeError as error:
        raise FormatError("the target of a link is not text") from error
