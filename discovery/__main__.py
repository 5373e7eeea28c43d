"""The sidecar: a process of its own that says on the home network where the box is. It holds no key.

    python -m discovery

Standard input is a pipe that the launcher keeps open. Its first line is the configuration, one JSON object:

    {"name": "Home Box", "port": 8080, "install_id": "<uuid>", "addresses": null}

`discovery.Advertisement(...).format()` makes that line. `addresses` are those that the web server listens on,
as given to it (`["0.0.0.0"]` and `["::"]` too); null is all. The end of the pipe means that the launcher is
gone, even by `kill -9`: the sidecar says goodbye and ends. So the launcher alone may hold the writing end.

Standard output carries one JSON object per line and change of state, for a launcher that wants to know (one
that does not gives `DEVNULL`, since a pipe that nobody reads fills up):

    {"state": "announced", "name": "Home Box", "host": "homebox-1a2b.local", "port": 8080, "addresses": [..]}
    {"state": "waiting", "reason": "no address on a home network"}      goes on trying
    {"state": "withdrawn"}                                              the goodbye is said

`name` is what screens show, with a number when another box has the name. Words for people go to standard
error. SIGTERM, SIGINT and SIGHUP say goodbye, too. Exit status: 0 ended as asked, 2 the configuration is not
one, 1 anything else.
"""

import asyncio
import json
import logging
import os
import signal
import stat
import sys

from discovery.advertisement import LINE_LIMIT_SIZE, parse_advertisement
from discovery.errors import AdvertisementError
from discovery.service import Service

EXIT_USAGE = 2
STDIN, STDOUT = 0, 1
DRAIN_SIZE = 4096
ENDING_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

logger = logging.getLogger(__name__)


def main() -> int:
    """Run the sidecar; return the exit status."""
    logging.basicConfig(format="lanterne: discovery: %(message)s", stream=sys.stderr)
    try:
        asyncio.run(_main())
    except AdvertisementError as error:
        logger.error("%s", error)  # noqa: TRY400 (one line for people, no traceback)
        return EXIT_USAGE
    except asyncio.CancelledError:
        return 0
    return 0


async def _main() -> None:
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()
    assert task is not None
    for number in ENDING_SIGNALS:
        loop.add_signal_handler(number, _cancel_once, task)
    reader = await _open_stdin()
    advertisement = parse_advertisement(await _read_line(reader))
    running = asyncio.create_task(Service(advertisement, _report).run())
    parting = asyncio.create_task(_wait_for_end(reader))
    try:
        await asyncio.wait({running, parting}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        # A launcher closes the pipe and sends a signal in one breath: neither may cut the goodbye short.
        for number in ENDING_SIGNALS:
            loop.add_signal_handler(number, _ignore)
        parting.cancel()
        running.cancel()
        await asyncio.wait({running})  # until the goodbye is said
    if not running.cancelled():
        running.result()  # it never ends by itself but by an error


def _cancel_once(task: asyncio.Task[None]) -> None:
    """Cancel `task`, unless that has been asked already."""
    if not task.cancelling():
        task.cancel()


def _ignore() -> None:
    """Do nothing: we are ending."""


async def _open_stdin() -> asyncio.StreamReader:
    """Return standard input as a stream.

    Raises:
        AdvertisementError: It is no pipe, so that its end would say nothing about the launcher.
    """
    mode = os.fstat(STDIN).st_mode
    if not (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or os.isatty(STDIN)):
        raise AdvertisementError("standard input is not a pipe that the launcher keeps open")
    reader = asyncio.StreamReader(limit=LINE_LIMIT_SIZE)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin.buffer
    )
    return reader


async def _read_line(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readline()
    except ValueError as error:
        raise AdvertisementError(f"the configuration is longer than {LINE_LIMIT_SIZE} bytes") from error


async def _wait_for_end(reader: asyncio.StreamReader) -> None:
    while await reader.read(DRAIN_SIZE):
        pass


def _report(state: dict[str, object]) -> None:
    try:
        os.write(STDOUT, json.dumps(state).encode() + b"\n")
    except BrokenPipeError:
        return  # nobody is listening any more; the end of standard input will follow


if __name__ == "__main__":
    sys.exit(main())
