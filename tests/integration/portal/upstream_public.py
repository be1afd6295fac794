"""The stand-in for what everyone reads of `feedback`."""

from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from tests.integration.portal import public_records
from tests.integration.portal.records import TITLES, invalid, organisations, problem

if TYPE_CHECKING:
    from tests.integration.portal.upstream import Upstream

_WHOLE = ("text", "answer", "head_answer", "head_answered_on", "steps")
# What the list of copies says beside a summary.
_LISTED = ("clock", "open_steps")


def public(state: "Upstream") -> list[Route]:
    """The routes."""

    def text() -> str | None:
        return None if state.titles == list(TITLES) else state.titles[0]

    def copies() -> list[dict[str, Any]]:
        return [] if state.empty else known_copies()

    def known_copies() -> list[dict[str, Any]]:
        untold: dict[str, Any] = {} if state.told_clock else {"clock": None, "steps": [], "open_steps": 0}
        return [one | untold for one in public_records.public_copies(text())]

    def summary(one: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in one.items() if name not in _WHOLE}

    def without_clock(one: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in summary(one).items() if name not in _LISTED}

    def unknown(request: Request) -> Response | None:
        query = request.query_params
        if query.get("cursor", "1") != "1":
            return problem("invalid-cursor", 400)
        known = {unit[name] for unit in organisations() for name in ("organisation_id", "code")}
        if query.get("organisation", organisations()[0]["code"]) not in known:
            named = {"parameter": "organisation", "in": "query", "code": "organisation-unknown", "detail": "Unknown."}
            return problem("reference-unknown", 422, errors=[named])
        fields = {one["code"] for one in public_records.FIELDS}
        wrong = [name for name in ("overdue", "open_steps") if query.get(name, "true") not in ("true", "false")]
        wrong += ["field"] if query.get("field", "health") not in fields else []
        return invalid(wrong) if wrong else None

    async def listed(request: Request) -> Response:
        if refused := unknown(request):
            return refused
        query, following = request.query_params, state.many and "cursor" not in request.query_params
        side = {"true": True, "false": False}.get(query.get("answered", ""))
        found = [summary(one) for one in copies() if side in (None, one["answered"])]
        if query.get("overdue") == "true":
            found = [one for one in found if one["clock"]["state"] == "overdue"]
        if query.get("open_steps") == "true":
            found = [one for one in found if one["open_steps"]]
        told = {"total": 10_000 if state.many else len(found), "total_is_lower_bound": state.many}
        return JSONResponse({"items": found, "next": "1" if following else None, **told})

    async def one(request: Request) -> Response:
        known = {one["publication_id"]: one for one in known_copies()}
        found = known.get(request.path_params["publication_id"])
        return (
            problem("publication-not-found", 404)
            if found is None
            else JSONResponse({name: value for name, value in found.items() if name != "open_steps"})
        )

    async def endorse(request: Request) -> Response:
        key = request.headers["idempotency-key"]
        if state.too_many:
            return problem("too-many-endorsements", 429)
        if key not in state.endorsed:
            state.support["unverified"] += 1
        state.endorsed.append(key)
        return await support(request)

    async def support(request: Request) -> Response:
        return JSONResponse(state.support | {"publication_id": request.path_params["publication_id"]})

    async def similar(request: Request) -> Response:
        state.looked_for.append((await request.json())["text"])
        found = [without_clock(one) | {"likeness": 0.5} for one in copies() if "none" not in state.looked_for[-1]]
        return JSONResponse({"items": found, "complete": not state.many})

    async def fields(_: Request) -> Response:
        return JSONResponse({"edition": "2026-11", "fields": public_records.FIELDS})

    async def proposals(request: Request) -> Response:
        if request.query_params.get("cursor", "1") != "1":
            return problem("invalid-cursor", 400)
        found = [] if state.empty or "programme" in request.query_params else public_records.ideas(text())
        return JSONResponse({"items": found, "next": "1" if state.many else None})

    async def proposal(request: Request) -> Response:
        known = {one["proposal_id"]: one for one in public_records.ideas(text())}
        found = known.get(request.path_params["proposal_id"])
        return problem("proposal-not-found", 404) if found is None else JSONResponse(found)

    async def satisfaction(request: Request) -> Response:
        return unknown(request) or JSONResponse(state.said)

    async def statistics(request: Request) -> Response:
        return JSONResponse(state.of_year | {"by": request.query_params.get("by", "kind")})

    prefix = "/api/feedback/v1"
    return [
        Route(f"{prefix}/publications", listed),
        Route(f"{prefix}/publications/{{publication_id}}", one),
        Route(f"{prefix}/publications/{{publication_id}}/endorsements", support),
        Route(f"{prefix}/publications/{{publication_id}}/endorsements", endorse, methods=["POST"]),
        Route(f"{prefix}/similar", similar, methods=["POST"]),
        Route(f"{prefix}/fields", fields),
        Route(f"{prefix}/proposals", proposals),
        Route(f"{prefix}/proposals/{{proposal_id}}", proposal),
        Route(f"{prefix}/satisfaction", satisfaction),
        Route(f"{prefix}/statistics", statistics),
    ]
