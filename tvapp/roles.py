"""What a paired device may do: each role may do all that the one before it may."""

import enum


class Role(enum.IntEnum):
    """A TV plays; a phone also controls and adds; the owner also administers."""

    TV = 1
    PHONE = 2
    OWNER = 3

    @classmethod
    def named(cls, name: str) -> "Role":
        """Return the role called `name`; ValueError when there is none."""
        try:
            return cls[name.upper()]
        except KeyError:
            raise ValueError(f"no role is called {name!r}") from None

    @property
    def word(self) -> str:
        """The name as the command line and the API say it."""
        return self.name.lower()
