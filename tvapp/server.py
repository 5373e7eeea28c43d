"""The web process: gunicorn with one worker and many threads, on a socket that the launcher opened.

Run as `python -m tvapp.server PARENT LISTEN_FD KEY_FD SETTINGS`, where SETTINGS is the settings as JSON.
"""

import contextlib
import logging
import socket
import sys
from pathlib import Path
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from tvapp.config import GRACE_S, Settings, settings_from_json
from tvapp.hardening import die_with_parent, hold_a_key
from tvapp.lingering import LingeringWorker

MEMORY_DIRECTORY = "/dev/shm"  # noqa: S108 - for gunicorn's heartbeat file, which holds nothing


class QuietLogger(Logger):  # type: ignore[misc]
    """gunicorn's logger without anything that a client sent: an address may hold a ticket or a search."""

    def setup(self, cfg: object) -> None:
        """Set gunicorn's logging up, then listen in."""
        super().setup(cfg)
        self.error_log.addFilter(without_requests)


def without_requests(record: logging.LogRecord) -> bool:
    """Take what a client sent out of a log record; False for one that is about nothing else.

    gunicorn quotes malformed requests in the text of the record itself, and addresses in its arguments.
    """
    if str(record.msg).startswith(("Invalid request", "Socket error processing request")):
        return False
    if isinstance(record.args, tuple):
        record.args = tuple(arg.partition("?")[0] if isinstance(arg, str) else arg for arg in record.args)
    return True


class WebApplication(BaseApplication):  # type: ignore[misc]
    """gunicorn, configured here and nowhere else: it reads no file, no environment, no command line."""

    def __init__(self, settings: Settings, listen_fd: int, key_fd: int) -> None:
        self._settings = settings
        self._listen_fd = listen_fd
        self._key_fd = key_fd
        super().__init__()

    def load_config(self) -> None:
        """Set what differs from gunicorn's defaults."""
        for name, value in {
            "bind": f"fd://{self._listen_fd}",
            # One worker: the unlocked masterkey and the sessions live in one memory.
            "workers": 1,
            "worker_class": LingeringWorker,
            "threads": self._settings.threads,
            "graceful_timeout": GRACE_S,
            "keepalive": 15,
            "control_socket_disable": True,
            "worker_tmp_dir": MEMORY_DIRECTORY if Path(MEMORY_DIRECTORY).is_dir() else None,
            "accesslog": None,
            "loglevel": "warning",
            "logger_class": QuietLogger,
            "proc_name": "lanterne",
            "worker_exit": lambda _server, _worker: self._closing.close(),
        }.items():
            self.cfg.set(name, value)

    def load(self) -> Any:  # noqa: ANN401 - gunicorn's own type for a WSGI application
        """Build the application; called in the worker."""
        # The web framework and all that it stands on are loaded in the worker, never in the arbiter.
        from tvapp.wiring import running

        self._closing = contextlib.ExitStack()
        key_socket = self._closing.enter_context(socket.socket(fileno=self._key_fd))
        return self._closing.enter_context(running(self._settings, key_socket))


def main(arguments: list[str]) -> None:
    """Serve until told to stop."""
    parent, listen_fd, key_fd, values = arguments
    die_with_parent(int(parent))
    # Before the fork: the arbiter holds no key, but its end of the socket that the key can be had by.
    hold_a_key()
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    WebApplication(settings_from_json(values), int(listen_fd), int(key_fd)).run()


if __name__ == "__main__":
    main(sys.argv[1:])
