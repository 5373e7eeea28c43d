"""Owners of something that must be given back: what leaving a `with` block does."""

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self


class Closing(ABC):
    """An owner whose `close` is called when its context is left."""

    @abstractmethod
    def close(self) -> None:
        """Give back what is owned. Safe twice."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
