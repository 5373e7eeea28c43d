"""Who may do what: a route is the owner's unless it says that lesser roles, or anybody, may use it."""

import functools
import ipaddress
import urllib.parse
from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeVar

from flask import Flask, Request, Response, g, request

from tvapp import errors
from tvapp.devices import Device, Devices
from tvapp.household import Household
from tvapp.roles import Role

COOKIE = "lanterne_device"
COOKIE_MAX_AGE_S = 400 * 24 * 3600  # the longest that browsers keep one
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_ROLE_ATTRIBUTE = "lanterne_role"
_TICKET_ATTRIBUTE = "lanterne_ticket"

View = TypeVar("View", bound=Callable[..., object])


def public(view: View) -> View:
    """Mark a view that answers to anybody: it must say nothing of what the vault holds."""
    setattr(view, _ROLE_ATTRIBUTE, None)
    return view


def needs(role: Role) -> Callable[[View], View]:
    """Mark a view that only devices of this role and above may use."""

    def mark(view: View) -> View:
        setattr(view, _ROLE_ATTRIBUTE, role)
        return view

    return mark


def by_ticket(view: View) -> View:
    """Mark a view of one item's media that a ticket opens as well as a device's token."""
    setattr(view, _TICKET_ATTRIBUTE, True)
    return view


def current_device() -> Device:
    """Return the device that makes this request; only for views that are not public."""
    device: Device = g.device
    return device


def current_ticket() -> str | None:
    """Return the ticket that opened this request, if that is what opened it."""
    ticket: str | None = g.ticket
    return ticket


def required_role(view: Callable[..., object]) -> Role | None:
    """Return the least role that may use a view: the owner's unless the view says another; None for all."""
    role: Role | None = getattr(view, _ROLE_ATTRIBUTE, Role.OWNER)
    return role


class Visitor(NamedTuple):
    """Who makes a request: a device, and the ticket if that is what opened it."""

    device: Device
    ticket: str | None


class Gatekeeper:
    """Looks at every request before its view does."""

    def __init__(self, devices: Devices, household: Household, allowed_hosts: Iterable[str]) -> None:
        self._devices = devices
        self._household = household
        self._allowed_hosts = frozenset(host.lower() for host in allowed_hosts)

    def guard(self, app: Flask) -> None:
        """Stand before every route of `app`."""

        def begin() -> None:
            visitor = self.admit(request, _view_of(app, request))
            if visitor is not None:
                g.device, g.ticket = visitor

        app.before_request(begin)

    def admit(self, incoming: Request, view: Callable[..., object] | None) -> Visitor | None:
        """Return who makes a request of a view; None where it is for anybody, or there is none.

        Raises:
            RefusedError: It may not be made.
        """
        if not host_is_ours(incoming.host, self._allowed_hosts):
            raise errors.RefusedError(errors.MISDIRECTED, "open the server by its address or its .local name")
        role = None if view is None else required_role(view)
        if role is None:
            return None
        visitor = self._visitor(incoming, tickets_allowed=getattr(view, _TICKET_ATTRIBUTE, False))
        if visitor is None:
            raise errors.RefusedError(errors.NOT_PAIRED, "pair this device first")
        if visitor.device.role < role:
            raise errors.RefusedError(errors.NOT_ALLOWED, f"only a device of role {role.word} may do that")
        return visitor

    def _visitor(self, incoming: Request, *, tickets_allowed: bool) -> Visitor | None:
        ticket = None
        header = incoming.authorization
        if header is not None and header.type == "bearer" and header.token:
            device = self._devices.by_token(header.token)
        elif (cookie := incoming.cookies.get(COOKIE)) and _is_same_origin(incoming):
            device = self._devices.by_token(cookie)
        elif tickets_allowed and incoming.method in _SAFE_METHODS:
            ticket = incoming.args.get("ticket")
            device = self._device_of_ticket(incoming, ticket) if ticket else None
        else:
            device = None
        return None if device is None else Visitor(device, ticket)

    def _device_of_ticket(self, incoming: Request, ticket: str) -> Device | None:
        if self._household.locked:
            return None
        item_id = (incoming.view_args or {}).get("item_id", "")
        device_id = self._household.house.tickets.device_id(item_id, ticket)
        return self._devices.by_id(device_id) if device_id else None


def _view_of(app: Flask, incoming: Request) -> Callable[..., object] | None:
    return None if incoming.endpoint is None else app.view_functions[incoming.endpoint]


def remember(response: Response, token: str) -> None:
    """Have the browser send the token by itself from now on; scripts cannot read it."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=COOKIE_MAX_AGE_S,
        httponly=True,
        samesite="Strict",
        secure=request.is_secure,
    )


@functools.lru_cache(maxsize=64)
def host_is_ours(host: str, allowed: frozenset[str] = frozenset()) -> bool:
    """Return whether a Host header can be this server's, against DNS rebinding.

    An attacker's page may have its own name point at a LAN address, but it cannot make the browser send an
    address, a `.local` name or a name without dots in its place.
    """
    try:
        name = urllib.parse.urlsplit(f"//{host}").hostname or ""
        if name in allowed or name.endswith(".local") or ("." not in name and ":" not in name and name):
            return True
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_same_origin(incoming: Request) -> bool:
    """Return whether a cookie may speak for this request: it must not have been sent by another site's page."""
    if incoming.method in _SAFE_METHODS:
        return True
    if incoming.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        return False
    origin = incoming.headers.get("Origin")
    return origin is None or urllib.parse.urlsplit(origin).netloc == incoming.host
