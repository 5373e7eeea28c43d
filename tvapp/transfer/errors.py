"""Errors raised by `tvapp.transfer`.

* TransferError
    * StoppedError               a person asked to stop
    * RefusedError               nothing was begun: what was asked for cannot be right
        * NoRoomError                the disk has less room than is needed
    * ExistsError                the target is there already and is something else; it was left as it is
    * NotAFileError              a socket, a pipe or a device
    * SourceChangedError         a source was written to while it was read
    * DamageError                what is stored is not what it should be
        * VerificationError          what was read back is not what was written
        * AlteredError               every part is genuine, but together they are not what was put in

The name that an error is about stands beside it (`report.Failure`), not in its message.
"""

from tvapp.transfer.sizes import human_size


class TransferError(Exception):
    """A file could not be brought in or out."""


class StoppedError(TransferError):
    """A person asked to stop."""


class RefusedError(TransferError):
    """Nothing was begun: what was asked for cannot be right."""


class NoRoomError(RefusedError):
    """The disk has less room than is needed.

    Attributes:
        needed_size, free_size: Bytes.
    """

    def __init__(self, needed_size: int, free_size: int) -> None:
        super().__init__(
            f"not enough room: {human_size(needed_size)} are needed, {human_size(free_size)} are free on that disk"
        )
        self.needed_size = needed_size
        self.free_size = free_size


class ExistsError(TransferError):
    """The target is there already and is something else; nothing was overwritten."""


class NotAFileError(TransferError):
    """Nothing that has contents to store: a socket, a pipe, a device."""


class SourceChangedError(TransferError):
    """A source was written to while it was read, so that no state of it was seen whole."""

    def __init__(self) -> None:
        super().__init__("it is being changed by another program; import it again when that is done")


class DamageError(TransferError):
    """What is stored is not what it should be."""


class AlteredError(DamageError):
    """Every part of a stored file is genuine, but together they are not what was put in."""

    def __init__(self) -> None:
        super().__init__("altered: it is not what was stored, though every part of it is genuine")


class VerificationError(DamageError):
    """What was read back is not what was written; it was removed again."""
