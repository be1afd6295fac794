"""The stand-in for `tasks`: programmes, organisations, tasks and what belongs to one."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from zlib import crc32

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from tests.integration.portal.hanging_records import OWN_VALUES, WORK_GROUPS, own_fields, page_of
from tests.integration.portal.records import (
    DIRECTIVE_ID,
    NOW,
    SLUG,
    brief,
    commune,
    iso,
    organisations,
    problem,
    standing_body,
)
from tests.integration.portal.upstream_results import results_kept

from sixclear.common.ids import stable_id

if TYPE_CHECKING:
    from tests.integration.portal.upstream import Upstream


def named_organisations() -> dict[str, dict[str, Any]]:
    """Every organisation by its identifier and by its code."""
    known = [*organisations(), commune()]
    return {unit[name]: unit for unit in known for name in ("organisation_id", "code")}


def tasks(state: "Upstream") -> list[Route]:
    """The routes of the service."""

    async def programmes(request: Request) -> Response:
        rows = [
            ("demonstration", "Chương trình minh họa", "Demonstration programme", True),
            ("hanoi-city", "Nhiệm vụ của thành phố Hà Nội", "Tasks of the city of Hanoi", False),
            (SLUG, "Nhiệm vụ của Ban Chỉ đạo Trung ương", "Tasks of the central steering committee", False),
        ]
        items = [
            {
                "programme_id": str(stable_id("programme", slug)),
                "slug": slug,
                "name_vi": name_vi,
                "name_en": name_en,
                "resolution": "57-NQ/TW",
                "source_vi": "báo cáo rà soát ngày 5/12/2025",
                "source_en": "review published on 5 December 2025",
                "owner": brief(standing_body()),
                "six_clears_enforced": True,
                "evidence_organisation": None,
                "deadline_hour": 17,
                "due_roll": "next",
                "period_lock_days": 5,
                "periods_confirmed": False,
                "decision_days": 5,
                "own_fields": own_fields() if slug == SLUG else None,
                "work_groups": WORK_GROUPS if slug == SLUG else None,
                "demonstration": demonstration,
                "version": 1,
            }
            for slug, name_vi, name_en, demonstration in rows
        ]
        return JSONResponse({"items": items, "next": None})

    async def directives(request: Request) -> Response:
        if request.query_params.get("programme", SLUG) != SLUG:
            return problem("programme-not-found", 404)
        listed = {**state.full_task(0)["directive"], "clauses": []}
        return JSONResponse({"items": [listed], "next": None})

    async def listing(request: Request) -> Response:
        asked = request.query_params
        if asked.get("programme", SLUG) not in ("demonstration", "hanoi-city", SLUG):
            return problem("programme-not-found", 404)
        if "organisation" in asked and asked["organisation"] not in named_organisations():
            named = {"parameter": "organisation", "in": "query", "code": "organisation-unknown", "detail": "Unknown."}
            return problem("reference-unknown", 422, errors=[named])
        if asked.get("directive", DIRECTIVE_ID) != DIRECTIVE_ID:
            named = {"parameter": "directive", "in": "query", "code": "directive-unknown", "detail": "Unknown."}
            return problem("reference-unknown", 422, errors=[named])
        if not (cursor := request.query_params.get("cursor", "0")).isdigit():
            return problem("invalid-cursor", 400)
        found = [] if state.empty or request.query_params.get("q") == "none" else range(int(cursor), int(cursor) + 24)
        items = [state.task(n) for n in found]
        following = str(int(cursor) + 24) if items and int(cursor) < 48 else None
        counted = {"total": 72 if items else 0, "total_is_lower_bound": False}
        return JSONResponse({"items": items, "next": following, **counted})

    def paged(request: Request, items: list[dict[str, Any]], **told: Any) -> Response:
        cursor = request.query_params.get("cursor", "")
        if not (cursor or "0").isdigit():
            return problem("invalid-cursor", 400)
        return JSONResponse(page_of(items, cursor, state.of_a_page, **told))

    def number_of(request: Request) -> int | None:
        known = {str(stable_id("task", str(n))): n for n in range(80)}
        return known.get(request.path_params["task_id"])

    async def task(request: Request) -> Response:
        number = number_of(request)
        if number is None:
            return problem("task-not-found", 404)
        record = state.full_task(number) | {"own_fields": OWN_VALUES if number == 0 else None}
        tag = f'"1.{crc32(repr(record).encode())}"'
        known = request.headers.get("if-none-match") == tag
        state.answers.append(304 if known else 200)
        return Response(status_code=304) if known else JSONResponse(record, headers={"ETag": tag})

    async def history(request: Request) -> Response:
        steps = ["proposed", "assigned", "progress_reported", "extended", "progress_reported", "evidence_added"]
        items = [
            {
                "version": n + 1,
                "change": change,
                "occurred_at": iso(NOW - timedelta(days=120 - 20 * n)),
                "recorded_at": iso(NOW - timedelta(days=120 - 20 * n)),
                "organisation": brief(organisations()[0]),
                "status": "in_progress",
                "percent": 10 * n,
                "current_deadline": iso(NOW + timedelta(days=12)),
            }
            for n, change in enumerate(steps)
        ]
        return paged(request, items[::-1])

    async def reports(request: Request) -> Response:
        items = [
            {
                "task_version": n,
                "period": None,
                "organisation": brief(organisations()[0]),
                "percent": percent,
                "text": "Đã gửi lấy ý kiến các bộ và địa phương.",
                "difficulty": "Hai địa phương chưa góp ý." if n == 2 else None,
                "cause": None,
                "remedy": None,
                "occurred_at": iso(NOW - timedelta(days=90 - 25 * n)),
                "recorded_at": iso(NOW - timedelta(days=90 - 25 * n)),
            }
            for n, percent in enumerate((10, 25, 45, 60))
        ]
        return paged(request, items[::-1])

    async def evidence(request: Request) -> Response:
        return paged(request, state.evidence())

    async def comments(request: Request) -> Response:
        return paged(request, state.comments(request.path_params["task_id"]))

    async def milestones(request: Request) -> Response:
        return JSONResponse(state.milestones(request.path_params["task_id"]))

    async def periods(request: Request) -> Response:
        number = number_of(request)
        recurring = number is not None and state.task(number)["kind"] == "recurring"
        items = state.periods_of(request.path_params["task_id"]) if recurring else []
        return JSONResponse({"items": items, "next": None})

    async def decisions(request: Request) -> Response:
        assert request.query_params["sort"] == "newest"
        items = state.decisions(request.query_params["task"])
        return paged(request, items, total=len(items))

    async def units(request: Request) -> Response:
        level = request.query_params.get("level")
        asked = request.query_params.get("q")
        if asked is not None:
            merged = {"code": "49", "name_vi": "Quảng Nam", "type": "province", "valid_to": "2025-07-01"}
            found = [unit for unit in organisations() if unit["code"] == "48"] if asked == "quang nam" else []
            before = [merged | {"legal_basis": "202/2025/QH15"}]
            return JSONResponse({"items": [unit | {"predecessors": before} for unit in found], "next": None})
        return JSONResponse({"items": [unit for unit in organisations() if level in (None, unit["level"])]})

    async def unit(request: Request) -> Response:
        found = named_organisations().get(request.path_params["organisation_id"])
        return JSONResponse(state.organisation(found)) if found else problem("organisation-not-found", 404)

    prefix = "/api/tasks/v1"
    return [
        Route(f"{prefix}/programmes", programmes),
        Route(f"{prefix}/directives", directives),
        Route(f"{prefix}/tasks", listing),
        Route(f"{prefix}/tasks/{{task_id}}", task),
        Route(f"{prefix}/tasks/{{task_id}}/history", history),
        Route(f"{prefix}/tasks/{{task_id}}/reports", reports),
        Route(f"{prefix}/tasks/{{task_id}}/evidence", evidence),
        Route(f"{prefix}/tasks/{{task_id}}/comments", comments),
        Route(f"{prefix}/tasks/{{task_id}}/milestones", milestones),
        Route(f"{prefix}/tasks/{{task_id}}/periods", periods),
        Route(f"{prefix}/decisions", decisions),
        Route(f"{prefix}/organisations", units),
        Route(f"{prefix}/organisations/{{organisation_id}}", unit),
        *results_kept(state),
    ]
