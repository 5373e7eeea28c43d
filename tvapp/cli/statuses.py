"""What a command leaves with: a contract with scripts, written in the help."""

import enum


class Status(enum.IntEnum):
    """Exit statuses."""

    ERROR = 1
    USAGE = 2
    NO_VAULT = 10
    WRONG_PASSPHRASE = 12
    DAMAGED = 13
