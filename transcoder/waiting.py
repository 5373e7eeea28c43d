"""What a request waits for while a run works."""

from transcoder.run import Run
from transcoder.session import Presentation


def settled(run: Run, index: int) -> bool:
    """Whether the first bytes of a segment are there, or will not come from this run any more."""
    return (index in run.segments and not run.fruitless) or run.position > index or not run.alive


def init_settled(presentation: Presentation, run: Run) -> bool:
    """Whether the init segment is there, or will not come from this run."""
    return presentation.init is not None or not run.alive
