"""The front door: the box says on the home network that it is there, and is gone when it is gone."""

from discovery.addresses import lan_addresses
from discovery.advertisement import Advertisement, parse_advertisement
from discovery.command import sidecar_command
from discovery.errors import AdvertisementError, DiscoveryError

__all__ = [
    "Advertisement",
    "AdvertisementError",
    "DiscoveryError",
    "lan_addresses",
    "parse_advertisement",
    "sidecar_command",
]
