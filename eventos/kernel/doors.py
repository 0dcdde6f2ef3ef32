"""What every route declares: for whom it is (its audience), for which roles of the staff, and the largest body it takes."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from flask import Blueprint

from eventos.kernel.vocabulary import StaffRole

View = TypeVar("View", bound=Callable[..., Any])

PUBLIC_BODY = 64 * 1024


class Audience(StrEnum):
    """Who a route is for."""

    PUBLIC = "public"  # anybody; reads no cookie, may be cached for a minute
    OPEN = "open"  # anybody; forms and answers that are never cached
    PERSONAL = "personal"  # whoever holds the link: never cached, never indexed
    STAFF = "staff"  # signed-in staff, with one of the roles
    DEVICE = "device"  # a phone enrolled for the door of named events: its pages by cookie, its operations of the API by bearer or cookie
    SERVICE = "service"  # machines: health checks
    API = "api"  # programs with a bearer token of these scopes; reads no cookie


class StaffMember(Protocol):
    """What a door needs to know about the person signed in (accounts provides it)."""

    @property
    def id(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def role(self) -> StaffRole: ...


class EnrolledDevice(Protocol):
    """What a door needs to know about the phone that asks (checkin provides it)."""

    @property
    def id(self) -> int: ...


class ApiCaller(Protocol):
    """What a door needs to know about the token that asks, and whose it is (accounts provides it). `id` and `role` are its owner's."""

    @property
    def id(self) -> int: ...
    @property
    def role(self) -> StaffRole: ...
    @property
    def token_id(self) -> int: ...
    @property
    def token_name(self) -> str: ...
    @property
    def scopes(self) -> frozenset[str]: ...


@dataclass(frozen=True)
class Entry:
    """What a route declared. `scope` is what a token of the API must hold. `is_operation`: it belongs to the API and speaks JSON."""

    audience: Audience
    roles: frozenset[StaffRole]
    max_body: int
    scope: str = ""
    is_operation: bool = False


EVERY_ROLE = frozenset(StaffRole)


class Door(Blueprint):
    """A blueprint whose routes declare their audience, and for staff their roles."""

    def __init__(self, name: str, import_name: str, *, audience: Audience, roles: Iterable[StaffRole] = EVERY_ROLE) -> None:
        super().__init__(name, import_name)
        self.audience = audience
        self.roles = frozenset(roles)

    def route(
        self, rule: str, *, roles: Iterable[StaffRole] | None = None, max_body: int = PUBLIC_BODY, **options: Any
    ) -> Callable[[View], View]:
        """Like Flask's, with the roles and the largest body this route takes."""
        entry = Entry(self.audience, frozenset(roles) if roles is not None else self.roles, max_body)

        def decorate(view: View) -> View:
            view.entry = entry  # type: ignore[attr-defined]
            self.add_url_rule(rule, options.pop("endpoint", None), view, **options)
            return view

        return decorate

    def get(self, rule: str, **options: Any) -> Callable[[View], View]:
        return self.route(rule, methods=["GET"], **options)

    def post(self, rule: str, **options: Any) -> Callable[[View], View]:
        return self.route(rule, methods=["POST"], **options)
