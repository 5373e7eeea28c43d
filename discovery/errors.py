"""Errors raised by `discovery`.

* DiscoveryError
    * AdvertisementError     what we were asked to say cannot be said
    * AnnounceError          the network cannot be spoken to now; try again later
    * NameConflictError      every name we tried is taken on this network
"""


class DiscoveryError(Exception):
    """Anything that `discovery` can say went wrong."""


class AdvertisementError(DiscoveryError):
    """The advertisement is not one: a key unknown or missing, a value out of range."""


class AnnounceError(DiscoveryError):
    """The network cannot be spoken to now; the message says why."""


class NameConflictError(AnnounceError):
    """Every name we tried belongs to another box."""
