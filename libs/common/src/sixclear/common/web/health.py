"""Liveness and readiness, at the root of each process."""

from collections.abc import Callable, Sequence

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sixclear.common.runtime.target import Check
from sixclear.common.web.access import Access, RuledRoute

_RULE = Access.public("probes carry no token and learn no data")
_NO_STORE = {"Cache-Control": "no-store"}


def health_routes(checks: Callable[[], Sequence[Check]]) -> list[Route]:
    """`/livez`: the process answers. `/readyz`: what is required holds, else 503. `checks` must wait for nothing."""

    async def livez(request: Request) -> Response:
        return Response(b'{"status":"ok"}', media_type="application/json", headers=_NO_STORE)

    async def readyz(request: Request) -> Response:
        found = list(checks())
        ready = not any(check.holds_back for check in found)
        body = {
            "status": "ok" if ready else "unavailable",
            "checks": [
                {"name": check.name, "ok": check.ok, "required": check.required, "detail": check.detail}
                for check in found
            ],
        }
        return Response(orjson.dumps(body), 200 if ready else 503, media_type="application/json", headers=_NO_STORE)

    return [RuledRoute("/livez", livez, access=_RULE), RuledRoute("/readyz", readyz, access=_RULE)]
