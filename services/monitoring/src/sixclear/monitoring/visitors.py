"""For whom a question counts: a stranger by address, our own services not at all."""

from collections.abc import Callable, Sequence

from starlette.requests import HTTPConnection

from sixclear.common.visitor import Network, network_of, trusts
from sixclear.common.web.visitor import speaks_for_itself, visitor_of


def strangers(trusted: Sequence[Network]) -> Callable[[HTTPConnection], str | None]:
    """Tells for whom a connection counts: the visitor's network; None for a trusted address that names no visitor.

    That is the portal, which keeps answers and asks once for all its visitors, or a gateway's own probe.
    """

    def stranger(connection: HTTPConnection) -> str | None:
        address = visitor_of(connection.scope)
        ours = speaks_for_itself(connection.scope) or trusts(trusted, address)
        return None if ours else network_of(address)

    return stranger
