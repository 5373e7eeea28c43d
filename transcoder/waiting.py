"""What a request waits for while a run works, and for how long."""

from dataclasses import dataclass

from transcoder.run import Run
from transcoder.session import Presentation


def settled(run: Run, index: int) -> bool:
    """Whether the first bytes of a segment are there, or will not come from this run any more."""
    return (index in run.segments and not run.fruitless) or run.position > index or not run.alive


def init_settled(presentation: Presentation, run: Run) -> bool:
    """Whether the init segment is there, or will not come from this run."""
    return presentation.init is not None or not run.alive


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a run may bring nothing. Who asks is told to come again, and finds it as far as it has come."""

    wait_s: float = 20.0  # one request, for the first bytes of a segment
    start_s: float = 60.0  # a run that has brought nothing yet: its file may come slowly
    work_s: float = 180.0  # one that visibly works
    busy: float = 0.05  # of a processor, for that

    def keeps(self, run: Run, worked_s: float) -> bool:
        """Return whether a run goes on that somebody has waited for in vain, while it worked for `worked_s`."""
        if run.starting:  # its file is still being opened
            return True
        if not run.alive or (run.encoder is not None and run.encoder.is_hardware):
            return False  # a driver that hangs may be busy
        if worked_s >= self.wait_s * self.busy:
            return run.silent_s < self.work_s
        return run.fruitless and run.silent_s < self.start_s
