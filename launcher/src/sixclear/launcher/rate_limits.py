"""How often one client may ask: told in every answer to it, and refused past it, before any application reads anything.

Strangers count by network address, persons and clients without a scope by their token's name. A client that a body was
given counts nowhere: a body's files and reports must come in whatever their number (docs/decisions/0036).
"""

from collections.abc import Callable, Collection, Sequence
from functools import partial

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sixclear.common.auth.tokens import TokenVerifier
from sixclear.common.caller import Caller, InvalidToken
from sixclear.common.errors import Unavailable
from sixclear.common.issuer.roles import SCOPES
from sixclear.common.visitor import Network, network_of, trusts
from sixclear.common.web.allowances import ASKS_TOO_OFTEN, Allowance, TooManyRequests
from sixclear.common.web.edge import EdgeMiddleware
from sixclear.common.web.problems import problem_response
from sixclear.common.web.visitor import speaks_for_itself, visitor_of
from sixclear.launcher.http_refusals import REFUSED

_READING = ("GET", "HEAD")
_NAME = b'"requests"'


class RateLimits:
    """Lets each client ask `per_minute` times a minute of this process, as often at once after a quiet minute.

    The answers carry `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10); a refusal is 429
    with `Retry-After`. Reading a path that `is_free` names counts nowhere, and neither does an address in `trusted`
    that names no visitor: the portal, which asks once for all its visitors, or a program of this machine. `app_of`
    tells which application has a path; those in `with_pages` answer a refusal themselves, as a page.

    A token that was not verified within the last minute counts by its address; it is verified at the latest before it
    would be refused, so that no neighbour takes a body's client away.
    """

    def __init__(
        self,
        app: ASGIApp,
        verifier: TokenVerifier,
        trusted: Sequence[Network],
        per_minute: float,
        *,
        is_free: Callable[[str], bool] = lambda path: False,
        app_of: Callable[[str], ASGIApp | None] = lambda path: None,
        with_pages: Collection[ASGIApp] = (),
        allowance: Allowance | None = None,
    ) -> None:
        self.app = app
        self._verifier = verifier
        self._trusted = trusted
        self._is_free = is_free
        self._app_of = app_of
        self._with_pages = with_pages
        self._allowance = Allowance(per_minute) if allowance is None else allowance
        self._policy = b"%b;q=%d;w=60" % (_NAME, self._allowance.most)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or refuse it."""
        if scope["type"] != "http" or (scope["method"] in _READING and self._is_free(scope["path"])):
            await self.app(scope, receive, send)
            return
        token = _token(scope)
        client = self._client(scope, None if token is None else self._verifier.recognised(token))
        if client is None:
            await self.app(scope, receive, send)
            return
        try:
            try:
                left = self._allowance.take(client)
            except TooManyRequests:
                if token is None or (named := self._client(scope, await self._verified(token))) == client:
                    raise
                if named is None:
                    await self.app(scope, receive, send)
                    return
                left = self._allowance.take(named)
        except TooManyRequests as error:
            REFUSED.labels(error.code).inc()
            await self._refuse(error, scope, receive, self._telling(send, 0, error.retry_after_seconds))
            return
        await self.app(scope, receive, self._telling(send, left.requests, left.full_after_seconds))

    def _client(self, scope: Scope, caller: Caller | None) -> str | None:
        """For whom a request counts; None where it counts for nobody."""
        if caller is not None:
            return None if _is_machine(caller) else f"token {caller.person or caller.client_id}"
        address = visitor_of(scope)
        free = speaks_for_itself(scope) or trusts(self._trusted, address)
        return None if free else network_of(address)

    async def _verified(self, token: str) -> Caller | None:
        try:
            return await self._verifier.verify(token)
        except (InvalidToken, Unavailable):
            return None

    async def _refuse(self, error: TooManyRequests, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._app_of(scope["path"])
        if app is not None and app in self._with_pages:
            await app({**scope, ASKS_TOO_OFTEN: error}, receive, send)
            return
        await EdgeMiddleware(partial(_problem, error))(scope, receive, send)

    def _telling(self, send: Send, left: int, seconds: int) -> Send:
        async def telling(message: Message) -> None:
            if message["type"] == "http.response.start":
                told = (b"ratelimit-policy", self._policy), (b"ratelimit", b"%b;r=%d;t=%d" % (_NAME, left, seconds))
                message["headers"] = [*message["headers"], *told]
            await send(message)

        return telling


def _is_machine(caller: Caller) -> bool:
    return caller.person is None and not caller.scopes.isdisjoint(SCOPES)


def _token(scope: Scope) -> str | None:
    for name, value in scope["headers"]:
        if name == b"authorization":
            kind, _, token = value.decode("latin-1").partition(" ")
            return token.strip() if kind.lower() == "bearer" else None
    return None


async def _problem(error: TooManyRequests, scope: Scope, receive: Receive, send: Send) -> None:
    await problem_response(Request(scope), error)(scope, receive, send)
