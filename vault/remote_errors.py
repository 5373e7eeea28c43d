"""What file systems far away say when they fail, in the words of this package."""

import contextlib
import errno
import sys
import threading
from collections.abc import Iterator

from vault.errors import NodeExistsError, NodeNotFoundError, StorageError

# What the libraries below fsspec raise beside OSError. Only those that are loaded can be raised.
_FOREIGN_ERRORS = (
    ("botocore.exceptions", "BotoCoreError"),
    ("botocore.exceptions", "ClientError"),
    ("aiohttp", "ClientError"),
    ("paramiko", "SSHException"),
    ("httpx", "HTTPError"),
    ("webdav4.client", "ClientError"),
    ("webdav4.http", "HTTPStatusError"),
    ("azure.core.exceptions", "AzureError"),
)
_ABSENT = {"ResourceNotFound"}
_REFUSED = {"AuthenticationException", "NoCredentialsError", "BadHostKeyException"}
_MESSAGES = {
    errno.ENOSPC: "the store is full: free some space there and try again; nothing was changed",
    errno.EDQUOT: "the quota of the store is used up: free some space there and try again; nothing was changed",
    errno.EROFS: "the store is read-only",
    errno.EACCES: "the store refuses: see that the credentials may read and write there",
    errno.EPERM: "the store refuses: see that the credentials may read and write there",
}


@contextlib.contextmanager
def remote_errors() -> Iterator[None]:
    """Turn what fsspec and the libraries below it raise into the errors of this package.

    Their own messages are left behind: they tell addresses, and sometimes more.
    """
    try:
        yield
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NodeNotFoundError from error
    except (FileExistsError, IsADirectoryError) as error:
        raise NodeExistsError from error
    except TimeoutError as error:
        raise StorageError("the store does not answer: try again later") from error
    except OSError as error:
        number = error.errno or (errno.EACCES if isinstance(error, PermissionError) else 0)
        reason = _MESSAGES.get(number, "the store failed to read or write: try again later")
        raise StorageError(reason, number or None) from error
    except _foreign_errors() as error:
        if type(error).__name__ in _ABSENT:
            raise NodeNotFoundError from error
        if type(error).__name__ in _REFUSED:
            raise StorageError(_MESSAGES[errno.EACCES], errno.EACCES) from error
        raise StorageError("the store cannot be reached, or failed: try again later") from error


def _foreign_errors() -> tuple[type[BaseException], ...]:
    found: list[type[BaseException]] = []
    for module_name, name in _FOREIGN_ERRORS:
        kind = getattr(sys.modules.get(module_name), name, None)
        if isinstance(kind, type) and issubclass(kind, BaseException):
            found.append(kind)
    return tuple(found)


class OneAtATime:
    """The same for a connection that two threads must not use at once. For one connection."""

    def __init__(self) -> None:
        self._guard = threading.RLock()

    @contextlib.contextmanager
    def __call__(self) -> Iterator[None]:
        """Wait for the connection, and use it."""
        with self._guard, remote_errors():
            yield
