"""Who owns what in the web process: built in order, closed in reverse, by one stack."""

import contextlib
import socket
from collections.abc import Iterator

from apiflask import APIFlask

from tvapp.application import Services, create_app
from tvapp.config import Settings
from tvapp.devices import Devices
from tvapp.household import Household
from tvapp.key_keeper import KeyKeeper
from tvapp.pairing import Pairing
from tvapp.routes.pages import web_directory


@contextlib.contextmanager
def running(settings: Settings, key_socket: socket.socket | None = None) -> Iterator[APIFlask]:
    """Build the application and everything under it; leaving ends it all.

    Args:
        settings: The settings in force.
        key_socket: The web process's end of the launcher's socket pair; None without a launcher.
    """
    with contextlib.ExitStack() as closing:
        keeper = KeyKeeper(key_socket)
        devices = Devices(settings.state)
        household = Household(settings, devices, keeper)
        closing.callback(household.close)
        household.resume()
        app = create_app(
            Services(
                household=household,
                devices=devices,
                pairing=Pairing(devices),
                web=web_directory(),
                allowed_hosts=settings.allowed_hosts,
            )
        )
        keeper.ready()
        yield app
