"""Who sees traces and streams, and who may compare and repair."""

from dataclasses import dataclass

from fastapi import Depends
from starlette.requests import HTTPConnection

from sixclear.common.caller import PUBLIC_CALLER, Caller
from sixclear.common.visitor import address_in
from sixclear.common.web.access import Access
from sixclear.common.web.visitor import visitor_of

OPERATE = Access.scope("monitoring:operate")
# Other processes tell how they are.
REPORT = Depends(Access.scope("monitoring:spans"))
# Each says that the peer forwards for another caller, whatever address it names.
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via")


@dataclass(frozen=True, slots=True)
class OperatorsOrHere(Access):
    """Operators, and a developer who sits at this machine: no proxy between, and no foreign name for it.

    Spans name addresses, and those have identifiers of restricted tasks in them.
    """

    async def admit(self, request: HTTPConnection) -> Caller:
        """As `Access.admit`; a caller at this machine needs no token."""
        if "authorization" in request.headers or not _here(request):
            return await Access.admit(self, request)
        request.state.private = True
        request.state.caller = PUBLIC_CALLER
        return PUBLIC_CALLER


def _here(request: HTTPConnection) -> bool:
    """The name is looked at too: a foreign page can let its own name mean this machine (DNS rebinding).

    Such a page also writes headers as it likes, and from this machine they are believed: so none may name a host.
    """
    host = request.headers.get("host", "").lower()
    nobody_between = not any(name in request.headers for name in _FORWARDED)
    return nobody_between and _loopback(visitor_of(request.scope)) and (_named_localhost(host) or _loopback(host))


def _named_localhost(host: str) -> bool:
    return host.partition(":")[0] == "localhost"


def _loopback(text: str) -> bool:
    address = address_in(text)
    return address is not None and address.is_loopback


def operators_rule(env: str) -> Access:
    """Who sees traces and streams: operators; outside production also who sits at the machine itself."""
    return OPERATE if env == "production" else OperatorsOrHere(OPERATE.scopes)
