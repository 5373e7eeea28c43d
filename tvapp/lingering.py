"""gunicorn's threads, lingering: each waits a moment for the next request of the connection that it has just served.

Between two requests gunicorn gives a connection to its main thread, which watches all of them, and that gives it to
a thread again. For a player that asks for one range after the other this costs more than to read and decrypt them:
three threads wake each other up, and each has to get hold of the interpreter. To wait costs nothing but a thread.

What is done with a request, a slow client or a stopping server is gunicorn's own. Two cheap shortcuts go with it:
the settings as attributes, and `recurring`.
"""

import select
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

from tvapp.recurring import RecurringParser

LINGER_S = 0.02
"""How long a thread waits: players ask for what they need next as soon as they have what they asked for."""


class LingeringWorker(ThreadWorker):  # type: ignore[misc]
    """A worker of gunicorn whose threads linger."""

    linger_s = LINGER_S

    def init_process(self) -> None:
        """Begin to serve; called in the worker's process."""
        # gunicorn asks for its settings some twenty times a request, and looks each up by name in a slow way. Where
        # they are attributes, they are found at once; from here on they do not change.
        self.cfg.__dict__.update({name: setting.get() for name, setting in self.cfg.settings.items()})
        super().init_process()

    def handle(self, conn: TConn) -> Any:  # noqa: ANN401 - gunicorn's own: whether to keep the connection, or a mark
        """Serve a request of a connection, and those that follow at once. Runs in a thread of the pool."""
        if conn.parser is None and not self.cfg.is_ssl:
            conn.parser = RecurringParser(self.cfg, conn.sock, conn.client)
        keep = super().handle(conn)
        while keep is True and self._follows(conn):
            keep = super().handle(conn)
        return keep

    def _follows(self, conn: TConn) -> bool:
        """Wait for the next request of a connection that stays open; say whether it comes."""
        if self.nr_conns > self.cfg.threads:
            return False  # where there are more connections than threads, somebody may wait for this one
        if conn.parser.unreader.buf.getvalue():
            return True  # it came together with the one before
        poll = select.poll()
        poll.register(conn.sock, select.POLLIN)
        return bool(poll.poll(self.linger_s * 1000))
