"""Errors raised by `vault`.

* VaultError
    * LocationError              an address that leads nowhere: not known, not installed, or with a password in it
    * NoVaultError               there is no vault in that folder
    * VaultExistsError           there is something already where a vault should be made
    * WrongPassphraseError       the masterkey cannot be unwrapped; ask again
    * RecoveryKeyError           a text that is no recovery key, or not the one of this vault
    * VaultLockedError           no masterkey in memory; unlock first
    * SelfTestError              the AES-SIV of this machine gives wrong results; nothing is read or written
    * FormatError                not a vault file, or not one that we read
        * UnsupportedVaultError      a vault of another version or with another cipher
        * ForeignNameError           a stored name that this vault did not seal
    * IntegrityError             the bytes are not the bytes that were written
        * AuthenticationError        a header or a chunk whose tag does not match
            * LastChunkError             the last chunk: damaged, or the file was cut inside it
        * TruncatedError             a size that no vault file can have
            * LastChunkError             (is both)
        * TamperedVaultError         the masterkey file or the vault config was changed, or belongs elsewhere
    * NodeNotFoundError          no such file or folder
        * FolderMissingError         a folder whose contents are not on the disk (half synced, say)
    * NodeExistsError            that name is taken
    * NameRefusedError           a name or a place that a vault must not have
    * StorageError               the disk refused: full, read-only, not permitted, failing

Messages never hold a plaintext name: `node_id` is the stored path, which is ciphertext.
"""


class VaultError(Exception):
    """Whatever went wrong with a vault."""


class LocationError(VaultError):
    """An address that leads nowhere: of no known kind, for a package that is missing, or with a password in it."""


class NoVaultError(VaultError):
    """There is no vault in that folder."""


class VaultExistsError(VaultError):
    """There is something already where a vault should be made."""


class WrongPassphraseError(VaultError):
    """The masterkey cannot be unwrapped with this passphrase."""

    def __init__(self) -> None:
        super().__init__("wrong passphrase")


class RecoveryKeyError(VaultError):
    """A text is not a recovery key, or not the one of this vault.

    Attributes:
        line: The line with the mistake, counted from 1; None where no single line has it.
    """

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


class VaultLockedError(VaultError):
    """The vault is locked: its masterkey is not in memory."""

    def __init__(self) -> None:
        super().__init__("the vault is locked")


class SelfTestError(VaultError):
    """AES-SIV gives wrong results here, so every name would be wrong."""


class FormatError(VaultError):
    """Not a vault file, or not one that we read."""


class UnsupportedVaultError(FormatError):
    """A vault of another version or with another cipher."""


class ForeignNameError(FormatError):
    """A stored name that this vault did not seal for this folder."""


class IntegrityError(VaultError):
    """The bytes are not the bytes that were written."""


class AuthenticationError(IntegrityError):
    """A tag does not match: corrupted, swapped, or sealed with another key.

    Attributes:
        node_id: Stored path of the file.
        chunk_index: Which chunk, counted from 0; None for the header.
    """

    def __init__(self, node_id: str, chunk_index: int | None) -> None:
        part = "the header" if chunk_index is None else f"chunk {chunk_index}"
        super().__init__(f"{part} of node {node_id} failed authentication")
        self.node_id = node_id
        self.chunk_index = chunk_index


class TruncatedError(IntegrityError):
    """A size that no vault file can have.

    Attributes:
        node_id: Stored path of the file, or None where only the size was asked about.
        stored_size: The size found, in bytes.
    """

    def __init__(self, stored_size: int, node_id: str | None = None) -> None:
        of_node = f" of node {node_id}" if node_id is not None else ""
        super().__init__(f"{stored_size} bytes{of_node} are not a whole file: it was cut short")
        self.stored_size = stored_size
        self.node_id = node_id


class LastChunkError(AuthenticationError, TruncatedError):
    """The last chunk fails: it is damaged, or the file was cut inside it. The bytes cannot tell which."""

    def __init__(self, node_id: str, chunk_index: int, stored_size: int) -> None:
        IntegrityError.__init__(
            self, f"the last chunk ({chunk_index}) of node {node_id} is damaged or was cut short"
        )
        self.node_id: str = node_id
        self.chunk_index = chunk_index
        self.stored_size = stored_size


class TamperedVaultError(IntegrityError):
    """The masterkey file or the vault config was changed, or belongs to another vault."""


class NodeNotFoundError(VaultError):
    """No such file or folder."""

    def __init__(self, message: str = "no such file or folder in the vault") -> None:
        super().__init__(message)


class FolderMissingError(NodeNotFoundError):
    """A folder whose contents are not on the disk, or not yet."""

    def __init__(self) -> None:
        super().__init__("the contents of this folder are not on the disk")


class NodeExistsError(VaultError):
    """That name is taken."""

    def __init__(self, message: str = "there is already something of that name in the folder") -> None:
        super().__init__(message)


class NameRefusedError(VaultError):
    """A name or a place that a vault must not have."""


class StorageError(VaultError):
    """The disk refused.

    Attributes:
        errno: The system's error number, or None.
    """

    def __init__(self, message: str, errno: int | None = None) -> None:
        super().__init__(message)
        self.errno = errno
