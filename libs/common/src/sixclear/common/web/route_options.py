"""What a route does that its method does not tell: one value, given where the route is declared."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from fastapi import Request

from sixclear.common.web.deprecation import Deprecated

Named = Callable[[Request], Coroutine[Any, Any, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteOptions:
    """Options of one route, given as its dependency: `dependencies=[Depends(RouteOptions(writes=True))]`.

    - `writes`: a GET whose reading is itself recorded (an access log) gets a transaction that is committed.
    - `stores_answer`: False for a route whose answer is a secret. Only the use of an `Idempotency-Key` is kept; a retry
      runs the handler again, which must know by itself what it did, give the same answer and change nothing.
    - `key_belongs_to`: for a public route. All strangers are one client, so two who choose the same weak key would get
      in each other's way: the key belongs to what this names in the request. It is stored, so it is no secret.
    - `key_kept_with_entity`: the use case keeps the key with what it makes, and nothing of key or body is stored in the
      table of keys. It does what that table would do: it waits for the same request in another transaction, gives a
      retry the same answer with `Idempotency-Replayed: true`, and raises IdempotencyKeyReused for another request.
    - `key_lengths`: how many characters an `Idempotency-Key` has here, for the description; the use case checks it.
    - `deprecated`: since when the operation is deprecated and when it ends; every answer says it.
    - `recorded`: whether an answer goes to the access log. Without it, those do that ask for a token: of GET each, of
      other methods what left no event. False is for answers that never show what is not public, True for another
      method whose purpose is to read.
    - `page`: a page for people. Addresses of pages are passed on by mail and search engines, which add parameters of
      their own (`fbclid`, `utm_source`): a parameter that the page does not know is ignored, and none is refused.
    """

    writes: bool = False
    stores_answer: bool = True
    key_belongs_to: Named | None = None
    key_kept_with_entity: bool = False
    key_lengths: range = range(1, 256)
    deprecated: Deprecated | None = None
    page: bool = False
    recorded: bool | None = None

    async def __call__(self) -> None:
        """Nothing to do when the route is called: `TransactionalRoute` reads the options when it is made."""
