"""The stand-in for results: how indicators stand, money, documents of `monitoring`, and criteria of `tasks`."""

from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from tests.integration.portal import results_lists
from tests.integration.portal.records import NOW, SLUG, TITLES, iso, problem

if TYPE_CHECKING:
    from tests.integration.portal.upstream import Upstream

_PROGRAMMES = ("demonstration", "hanoi-city", SLUG)


def results_counted(state: "Upstream") -> list[Route]:
    """The routes of `monitoring`."""

    def figures(request: Request, found: dict[str, Any]) -> Response:
        query = request.query_params
        if query.get("programme", SLUG) not in _PROGRAMMES:
            return problem("programme-not-found", 404)
        if query.get("organisation") == "nowhere":
            named = {"parameter": "organisation", "in": "query", "code": "organisation-unknown", "detail": "Unknown."}
            return problem("reference-unknown", 422, errors=[named])
        return JSONResponse({"as_of": query.get("as_of", iso(NOW)), "staleness_seconds": state.staleness, **found})

    def counted(request: Request, found: dict[str, Any], records: str) -> Response:
        filters = dict.fromkeys(("organisation_id", "programme", "assigned_by"))
        told = {"filters": filters, "demonstration_included": True, "records": f"/api/tasks/v1/{records}"}
        return figures(request, found | told)

    async def indicators(request: Request) -> Response:
        if request.query_params.get("cursor", "1") != "1":
            return problem("invalid-cursor", 400)
        names = [] if state.titles == list(TITLES) else state.titles
        items = [] if state.empty else state.indicator_figures(names)
        return figures(request, {"organisation_id": None, "programme": None, "items": items, "next": None})

    async def series(request: Request) -> Response:
        names = [] if state.titles == list(TITLES) else state.titles
        found = state.indicator_series(request.path_params["code"], names)
        if found is None:
            return problem("indicator-not-found", 404)
        return figures(request, found | ({"points": []} if state.empty else {}))

    async def budgets(request: Request) -> Response:
        return counted(request, state.budget_figures(empty=state.empty), "budgets")

    async def documents(request: Request) -> Response:
        return counted(request, state.document_figures(empty=state.empty), "documents")

    async def scores(request: Request) -> Response:
        query = request.query_params
        if query.get("cursor", "1") != "1":
            return problem("invalid-cursor", 400)
        text = None if state.titles == list(TITLES) else state.titles[0]
        known = query["criteria"] == "khanh-hoa-monthly" and query["period"] == "2026-11" and not state.empty
        told = {"criteria": query["criteria"], "name": "Tiêu chí", "period": query["period"], "ranked": False}
        items = results_lists.scores(text) if known else []
        return figures(request, {**told, "note": "…", "figures_as_of": iso(NOW), "items": items, "next": None})

    prefix = "/api/monitoring/v1"
    return [
        Route(f"{prefix}/indicators", indicators),
        Route(f"{prefix}/indicators/{{code}}/series", series),
        Route(f"{prefix}/scores", scores),
        Route(f"{prefix}/budgets", budgets),
        Route(f"{prefix}/documents", documents),
    ]


def results_kept(state: "Upstream") -> list[Route]:
    """The routes of `tasks`."""

    def names() -> list[str]:
        return [] if state.titles == list(TITLES) else state.titles

    async def indicator(request: Request) -> Response:
        found = state.indicator(request.path_params["code"], names())
        return problem("indicator-not-found", 404) if found is None else JSONResponse(found)

    async def values(request: Request) -> Response:
        query = request.query_params
        if query.get("cursor", "1") != "1":
            return problem("invalid-cursor", 400)
        items = [] if state.empty else state.held_values(query["indicator"], query["period"], names())
        return JSONResponse({"items": items, "next": None})

    def listed(request: Request, items: list[dict[str, Any]]) -> Response:
        query = request.query_params
        if query.get("programme", SLUG) not in _PROGRAMMES:
            return problem("programme-not-found", 404)
        if query.get("cursor", "1") != "1":
            return problem("invalid-cursor", 400)
        found = [] if state.empty or query.get("q") == "none" else items
        return JSONResponse({"items": found, "next": None, "total": len(found), "total_is_lower_bound": False})

    def text() -> str | None:
        return names()[0] if names() else None

    async def documents(request: Request) -> Response:
        return listed(request, results_lists.documents(text()))

    async def document(request: Request) -> Response:
        known = {one["document_id"]: one for one in results_lists.documents(text())}
        found = known.get(request.path_params["document_id"])
        return problem("legal-document-not-found", 404) if found is None else JSONResponse(found)

    async def lines(request: Request) -> Response:
        return listed(request, results_lists.lines(text()))

    async def criteria(request: Request) -> Response:
        if request.query_params.get("programme", SLUG) not in _PROGRAMMES:
            return problem("programme-not-found", 404)
        return JSONResponse({"items": [] if state.empty else state.criteria_sets(), "next": None})

    prefix = "/api/tasks/v1"
    return [
        Route(f"{prefix}/indicators/{{code}}", indicator),
        Route(f"{prefix}/values", values),
        Route(f"{prefix}/documents", documents),
        Route(f"{prefix}/documents/{{document_id}}", document),
        Route(f"{prefix}/budgets", lines),
        Route(f"{prefix}/criteria", criteria),
    ]
