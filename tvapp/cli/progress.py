"""Bars on the terminal, and requests to stop what they show."""

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.table import Column

from library import Library, ScanReport
from tvapp.transfer import Watcher, shown

_NAME_WIDTH = 32
# Ctrl-C, a service manager, a terminal that was closed.
_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def progress_bar(*columns: ProgressColumn) -> Progress:
    """Return a bar on stderr; nothing is drawn where that is no terminal."""
    console = Console(stderr=True)
    name = TextColumn(
        "{task.description}",
        markup=False,  # names may look like it
        table_column=Column(no_wrap=True, overflow="ellipsis", max_width=_NAME_WIDTH),
    )
    return Progress(name, BarColumn(), *columns, console=console, disable=not console.is_terminal)


@contextlib.contextmanager
def watching_files(what: str, file_count: int, size: int) -> Iterator[Watcher]:
    """Show how files go on: the name of the one at hand, bytes, rate, time left, number of files."""
    files = TextColumn("{task.fields[number]}/{task.fields[count]} files")
    columns = (DownloadColumn(), TransferSpeedColumn(), files, TimeRemainingColumn(compact=True))
    with progress_bar(*columns) as bar:
        task = bar.add_task(what, total=size, number=0, count=file_count)
        numbers = iter(range(1, file_count + 1))

        def on_file(name: str) -> None:
            bar.update(task, description=shown(name), number=next(numbers, file_count))

        yield Watcher(on_file, lambda size: bar.advance(task, size))


def scan_with_progress(library: Library, stopping: threading.Event | None = None) -> ScanReport:
    """Scan with a bar on the terminal."""
    with progress_bar(MofNCompleteColumn()) as bar:
        task = bar.add_task("reading", total=None)
        return library.scan(
            lambda progress: bar.update(task, completed=progress.done, total=progress.total), stopping
        )


@contextlib.contextmanager
def stop_requests() -> Iterator[threading.Event]:
    """Yield what is set by Ctrl-C, or by who ends this process, so that work stops where nothing is half done.

    A second request is not waited for: it interrupts at once.
    """
    stopping = threading.Event()

    def ask(_signal: int, _frame: FrameType | None) -> None:
        if stopping.is_set():
            raise KeyboardInterrupt
        stopping.set()

    # What the parent has turned off (nohup) stays off.
    heeded = [each for each in _STOP_SIGNALS if signal.getsignal(each) is not signal.SIG_IGN]
    before = {each: signal.signal(each, ask) for each in heeded}
    try:
        yield stopping
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
