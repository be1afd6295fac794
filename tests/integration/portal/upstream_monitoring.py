"""The stand-in for `monitoring`: figures, changes, what needs attention, and the live stream."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from tests.integration.portal.records import NOW, brief, iso, organisations, point, problem
from tests.integration.portal.upstream_results import results_counted

from sixclear.common.ids import stable_id

if TYPE_CHECKING:
    from tests.integration.portal.upstream import Upstream


def of(unit: dict[str, Any]) -> dict[str, Any]:
    """The organisation of something that needs attention."""
    return {
        "organisation_id": unit["organisation_id"],
        "organisation_name": unit["name_vi"],
        "organisation_name_en": unit["name_en"],
        "demonstration": False,
    }


def named(task: dict[str, Any]) -> dict[str, Any]:
    """A task in a list of what needs attention."""
    return {"task_id": task["task_id"], "title": task["title"]}


def monitoring(state: "Upstream") -> list[Route]:
    """The routes of the service."""

    async def status(request: Request) -> Response:
        if state.unreadable:
            return JSONResponse({"tasks": "many"})
        body = state.status()
        if as_of := request.query_params.get("as_of"):
            body["as_of"] = as_of
            late = body["tasks"]["overdue"] - 12
            parts = {"remaining_overdue": late, "remaining_not_due": 380}
            body["tasks"] = {**body["tasks"], "overdue": late, **parts}
        tag = f'W/"{state.counts["overdue"]}-{state.staleness}"'
        headers = {"ETag": tag, "Access-Control-Allow-Origin": "*"}
        state.answers.append(304 if request.headers.get("if-none-match") == tag else 200)
        return (
            Response(status_code=304, headers=headers) if state.answers[-1] == 304 else JSONResponse(body, 200, headers)
        )

    async def timeline(request: Request) -> Response:
        query = request.query_params
        first, last = date.fromisoformat(query["from"]), date.fromisoformat(query["to"])
        days = [
            *(first + timedelta(days=n) for n in range(0, (last - first).days, 7 if query["step"] == "week" else 1)),
            last,
        ]
        begin = date.min if not state.young else NOW.date() - timedelta(days=30)
        points = [point(day, state.empty or day < begin) for day in days]
        return JSONResponse({"as_of": iso(NOW), "points": points})

    async def provinces(request: Request) -> Response:
        items = []
        for index, unit in enumerate(state.units):
            total = 0 if state.empty or index == 5 else 9 + index
            overdue = min(total, (index * 7) % 9)
            counts = {"total": total, "completed": (total - overdue) // 2, "overdue": overdue, "recurring": 0}
            counts["in_term"] = total - counts["completed"] - overdue
            items.append({**brief(unit), **counts, "overdue_percent": state.share(overdue, total)})
        return JSONResponse({"as_of": iso(NOW), "items": items})

    async def changes(request: Request) -> Response:
        headers = {"Access-Control-Allow-Origin": "*"}
        return JSONResponse({"items": [] if state.empty else state.changes()}, 200, headers)

    async def attention(request: Request) -> Response:
        late = [
            {
                **named(state.task(4 * n + 1)),
                **of(organisations()[n]),
                "deadline": iso(NOW),
                "days_late": 60 - n,
            }
            for n in range(5)
        ]
        unit = organisations()[0]
        entry = {
            "entry_id": str(stable_id("entry", "1")),
            "title": "Cơ sở dữ liệu quốc gia về đất đai",
            "stage": "not_deployed",
            "lists": ["plan-02"],
            **of(unit),
        }
        waits = {
            "awaiting_since": iso(NOW - timedelta(days=23)),
            "confirming_organisation_id": organisations()[1]["organisation_id"],
            "confirming_organisation_name": organisations()[1]["name_vi"],
            "confirming_organisation_name_en": organisations()[1]["name_en"],
        }
        handed_in = {
            **named(state.task(5)),
            **of(unit),
            **waits,
            "days_waiting": 23,
            "deadline": iso(NOW - timedelta(days=18)),
            "handed_in_on_time": True,
        }
        returned = {**named(state.task(1)), **of(unit), "times_returned": 2, "last_returned_at": iso(NOW)}
        returned |= dict.fromkeys(waits)
        waiting = {
            "submission_id": str(stable_id("s", "1")),
            "kind": "initiative",
            "due_at": iso(NOW - timedelta(days=2)),
            "days_late": 2,
            **of(unit),
        }
        silent = {
            **named(state.task(2)),
            **of(unit),
            "last_report_at": iso(NOW - timedelta(days=40)),
            "silent_since": iso(NOW - timedelta(days=40)),
            "days_silent": 40,
        }
        unfiled = {
            "filing_id": str(stable_id("f", "1")),
            "programme": "plan",
            "period": "2026-W18",
            "late_at": iso(NOW - timedelta(days=3)),
            "days_late": 3,
            **of(unit),
        }
        obstacle = {
            "obstacle_id": str(stable_id("o", "1")),
            "programme": "plan",
            "counts_as": "resources",
            "level": "province",
            "since": iso(NOW - timedelta(days=13))[:10],
            "days_open": 14,
            **of(unit),
        }
        unmoved = {name: silent[name] for name in ("task_id", "title")} | {
            "unmoved_since": iso(NOW - timedelta(days=6)),
            "days_unmoved": 6,
            **of(unit),
        }
        return JSONResponse(
            {
                "as_of": iso(NOW),
                "longest_overdue": {"rule": "…", "items": late},
                "returned_twice": {"rule": "…", "items": [{**returned, "demonstration": True}]},
                "no_report_in_cycle": {"rule": "…", "items": [silent]},
                "awaiting_confirmation": {"rule": "…", "items": [handed_in]},
                "answers_past_clock": {"rule": "…", "items": [waiting]},
                "databases_at_risk": {"rule": "…", "items": [entry]},
                "not_filed": {"rule": "…", "items": [unfiled]},
                "obstacles": {"rule": "…", "items": [obstacle]},
                "without_movement": {"rule": "…", "items": [unmoved]},
            }
        )

    async def stream(request: Request) -> Response:
        if state.full:
            return problem("too-many-streams", 429, {"Access-Control-Allow-Origin": "*"})
        queue: asyncio.Queue[bytes] = asyncio.Queue()
        state.listeners.append(queue)

        async def frames() -> AsyncIterator[bytes]:
            try:
                yield state.frame("snapshot", [] if state.empty else state.changes())
                while True:
                    yield await queue.get()
            finally:
                state.listeners.remove(queue)

        # As monitoring does: pages of other origins may read it.
        headers = {"Access-Control-Allow-Origin": "*"}
        return StreamingResponse(frames(), media_type="text/event-stream", headers=headers)

    prefix = "/api/monitoring/v1"
    return [
        Route(f"{prefix}/status", status),
        Route(f"{prefix}/timeline", timeline),
        Route(f"{prefix}/provinces", provinces),
        Route(f"{prefix}/changes", changes),
        Route(f"{prefix}/attention", attention),
        Route(f"{prefix}/stream", stream),
        *results_counted(state),
    ]
