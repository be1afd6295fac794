"""Who may call a route: every route of every service declares exactly one rule."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar

from fastapi import Depends
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from starlette.applications import Starlette
from starlette.requests import HTTPConnection, Request
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp

from sixclear.common.auth.tokens import TokenVerifier
from sixclear.common.caller import PUBLIC_CALLER, Caller, InsufficientScope, Unauthenticated, is_inspection
from sixclear.common.service_state import state_of

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class OrganisationRule:
    """Which organisation may call a route, where a use case decides it.

    `word` is the domain's word, published as `x-organisation`; it stays when code moves. `meaning` completes "The
    caller acts for …". `decided_by` is the function that admits or refuses the caller's organisation.
    """

    word: str
    meaning: str
    decided_by: Callable[..., Any]


ANY_ORGANISATION = OrganisationRule("any", "any organisation, or none", Caller)
_OWN = OrganisationRule("own", "an organisation, and gets that organisation's own records", Caller.own_organisation)


@dataclass(frozen=True, slots=True)
class Access:
    """The rule of one route, used as its dependency: admits the caller or raises 401 or 403.

    `organisation` says for which organisation the caller must act: any, its own (a client without an organisation is
    refused here, which rows are its own the use case decides), or the one that a rule of the service names.
    """

    scopes: tuple[str, ...] = ()
    organisation: OrganisationRule = ANY_ORGANISATION
    reason: str = ""

    @classmethod
    def public(cls, reason: str) -> "Access":
        """Anybody, without a token; `reason` says why that is right."""
        if not reason:
            raise ValueError("A public route says why it is public.")
        return cls(reason=reason)

    @classmethod
    def scope(cls, *scopes: str, organisation: Literal["any", "own"] | OrganisationRule = "any") -> "Access":
        """A client whose token carries one of `scopes`."""
        if not scopes:
            raise ValueError("A rule names a scope.")
        named = {"any": ANY_ORGANISATION, "own": _OWN}
        rule = named.get(organisation) if isinstance(organisation, str) else organisation
        if rule is None:
            raise ValueError("organisation is any, own, or an OrganisationRule.")
        return cls(scopes=scopes, organisation=rule)

    async def __call__(self, request: Request) -> Caller:
        return await self.admit(request)

    async def admit(self, request: HTTPConnection) -> Caller:
        """The caller of `request`, remembered for CallerDep; the token is verified once per request."""
        request.state.private = bool(self.scopes)  # for `EdgeMiddleware`: also when it is refused
        caller = PUBLIC_CALLER if not self.scopes else await self._authenticated(request)
        request.state.caller = caller
        return caller

    async def _authenticated(self, request: HTTPConnection) -> Caller:
        caller: Caller | None = getattr(request.state, "authenticated", None)
        if caller is None:
            token = bearer_token(request)
            caller = request.state.authenticated = await _verifier(request).verify(token)
        self.require(caller)
        return caller

    def require(self, caller: Caller) -> None:
        """Raises InsufficientScope for a caller without one of the scopes, OrganisationRequired without its own.

        A client that inspects is admitted only where the rule names an inspection: so it changes nothing, also when a
        provider gives it a scope too many.
        """
        if caller.inspects and not any(map(is_inspection, self.scopes)):
            raise InsufficientScope(*self.scopes, inspects=True)
        if not caller.scopes.intersection(self.scopes):
            raise InsufficientScope(*self.scopes)
        if self.organisation is _OWN:
            caller.own_organisation()


def _verifier(request: HTTPConnection) -> TokenVerifier:
    verifier = state_of(request).verifier
    if verifier is None:
        raise RuntimeError("An application without a verifier only describes itself.")
    return verifier


def bearer_token(request: HTTPConnection) -> str:
    """The token of the Authorization header; raises Unauthenticated when there is not exactly one."""
    headers = request.headers.getlist("authorization")
    kind, _, token = (headers[0] if len(headers) == 1 else "").partition(" ")
    if kind.lower() != "bearer" or not token.strip():
        raise Unauthenticated
    return token.strip()


async def current_caller(request: Request) -> Caller:
    """The caller that the route's rule admitted."""
    caller: Caller | None = getattr(request.state, "caller", None)
    if caller is None:
        raise RuntimeError("The route declares no Access rule.")
    return caller


CallerDep = Annotated[Caller, Depends(current_caller)]


class RuledRoute(Route):
    """A plain Starlette route with its rule; FastAPI routes take it as a dependency instead.

    The rule is only declared here: an endpoint that is not public admits its callers by itself.
    """

    def __init__(self, path: str, endpoint: Any, *, access: Access, methods: Sequence[str] | None = None) -> None:
        super().__init__(path, endpoint, methods=methods)
        self.access = access


class RuledMount(Mount):
    """An ASGI application below a path, with the one rule of all that it serves."""

    def __init__(self, path: str, app: ASGIApp, *, access: Access) -> None:
        super().__init__(path, app)
        self.access = access


def find_dependency(dependant: Dependant | None, kind: type[Found]) -> Found | None:
    """The value of `kind` among the dependencies of a FastAPI route and of its own router; the first one."""
    if dependant is None:
        return None
    if isinstance(dependant.call, kind):
        return dependant.call
    found = (find_dependency(below, kind) for below in dependant.dependencies)
    return next((one for one in found if one is not None), None)


def access_rules(app: Starlette) -> list[tuple[str, str, Access | None]]:
    """(method, path, rule) of every route of `app`; the rule is None where nothing is declared."""
    return list(_rules(app.routes, ""))


def _rules(routes: Iterable[BaseRoute], prefix: str) -> Iterator[tuple[str, str, Access | None]]:
    for route in iter_route_contexts(list(routes)):
        original = route.original_route
        path = prefix + (route.path or "")
        if isinstance(original, Mount) and original.routes:
            yield from _rules(original.routes, path)
            continue
        # A rule of a router that includes the route's own one would come too late: after the body was read.
        rule = find_dependency(getattr(original, "dependant", None), Access)
        if isinstance(original, RuledRoute | RuledMount):
            rule = original.access
        for method in sorted(set(route.methods or {"*"}) - {"HEAD"}):
            yield method, path, rule
