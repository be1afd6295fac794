"""A stand-in for the four services behind the portal: their answers' shapes, deterministic, with a switch for each."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import httpx2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send
from tests.integration.portal.records import FIGURES, NOW, REFUSED, SLUG, Records, commune, iso, organisations, point
from tests.integration.portal.upstream_feedback import feedback

from sixclear.common.ids import stable_id
from sixclear.monitoring.frames import Frame
from sixclear.monitoring.projection import STAGES


def stages(*, at_risk: int = 0, **counts: int) -> dict[str, int]:
    """The figures of a programme list: its total is the sum of the six stages."""
    return {**dict.fromkeys(STAGES, 0), **counts, "total": sum(counts.values()), "at_risk": at_risk}


@dataclass
class Upstream(Records):
    """The state of the stand-in; `away` names services that answer 503, `slow` those that do not answer."""

    counts: dict[str, int] = field(
        default_factory=lambda: {"completed": 601, "in_term": 404, "overdue": 104, "recurring": 178}
    )
    away: set[str] = field(default_factory=set)
    slow: set[str] = field(default_factory=set)
    submissions: dict[str, dict[str, Any]] = field(default_factory=dict)
    messages: list[dict[str, Any]] = field(default_factory=list)
    message_keys: dict[str, dict[str, Any]] = field(default_factory=dict)
    refusal: tuple[int, str] | None = None
    locked_out: bool = False
    answer: dict[str, Any] | None = None
    requests: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    visitors: list[tuple[str, str | None]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    empty: bool = False
    unreadable: bool = False
    listeners: list["asyncio.Queue[bytes]"] = field(default_factory=list)
    sequence: int = 0
    full: bool = False
    staleness: float | None = 2.4
    happened: list[dict[str, Any]] = field(default_factory=list)

    def tasks(self) -> dict[str, int]:
        counts = dict.fromkeys(self.counts, 0) if self.empty else self.counts
        return {**counts, "total": sum(counts.values()), "remaining_this_year": counts["overdue"] + 368}

    def shares(self) -> dict[str, float]:
        total = sum(self.counts.values())
        return {name: round(100 * count / total, 2) for name, count in self.counts.items()}

    def status(self, at: datetime = NOW) -> dict[str, Any]:
        return {
            "as_of": iso(at),
            "staleness_seconds": self.staleness,
            "filters": dict.fromkeys(("organisation_id", "programme", "assigned_by")),
            "demonstration_included": False,
            "sources": {},
            "tasks": self.tasks(),
            "shares_percent": self.shares(),
            "activity": {"reports_today": 37, "last_report_at": iso(NOW)},
            "databases": {
                "plan-02": stages(formed_centralised=4, deploying_digitised_only=5, not_deployed=3),
                "resolution-71": stages(formed_centralised=31, deploying_foundation=36, not_deployed=38, at_risk=38),
                "registered_not_approved": {"databases": 18, "organisations": 7},
            },
            "feedback": {"received": 12, "in_time": 9, "due_soon": 2, "overdue": 1, "answered": 4},
            "denominators": {},
        }

    def complete_one(self) -> None:
        """One overdue task is confirmed: every listener of the stream hears of it."""
        self.counts["overdue"] -= 1
        self.counts["completed"] += 1
        at = iso(NOW + timedelta(milliseconds=1_250 + len(self.happened)))
        done = {**self.change(0), "change": "completed", "title": "Nhiệm vụ vừa hoàn thành", "recorded_at": at}
        self.happened.insert(0, done)
        self.send("status", [done])

    def changes(self) -> list[dict[str, Any]]:
        """What happened, newest first."""
        return [*self.happened, *(self.change(number) for number in range(9))]

    def send(self, event: str, changes: list[dict[str, Any]]) -> None:
        for listener in self.listeners:
            listener.put_nowait(self.frame(event, changes))

    def frame(self, event: str, changes: list[dict[str, Any]]) -> bytes:
        self.sequence += 1
        status = self.status()
        data = {
            "view_sequence": self.sequence,
            "as_of": status["as_of"],
            "status": status,
            "programmes": {SLUG: {name: status[name] for name in ("tasks", "shares_percent", "activity")}},
            "changes": changes,
        }
        Frame.model_validate(data)  # the browser reads what the service's contract describes, and nothing else
        return f"event: {event}\nid: {self.sequence}\ndata: {json.dumps(data)}\n\n".encode()


def service_apps(state: Upstream) -> dict[str, ASGIApp]:
    """One application per service."""
    return {name: _Switch(state, name, Starlette(routes=routes(state))) for name, routes in _ROUTES.items()}


def clients(state: Upstream) -> Callable[[str], httpx2.AsyncClient]:
    """What the launcher gives to the portal: a client per service, without a network."""
    apps = service_apps(state)

    def client(service: str) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=apps[service]), base_url="http://upstream")

    return client


class _Switch:
    """A service that can be away or slow."""

    def __init__(self, state: Upstream, name: str, app: ASGIApp) -> None:
        self.state, self.name, self.app = state, name, app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            request = Request(scope)
            self.state.requests.append((self.name, request.url.path, dict(request.query_params)))
            self.state.visitors.append((request.url.path, request.headers.get("x-forwarded-for")))
            if self.name in self.state.slow:
                raise httpx2.ReadTimeout("slow")
            if self.name in self.state.away:
                await Response(b"upstream failure", 503)(scope, receive, send)
                return
            if self.state.unreconciled and request.url.path.endswith(FIGURES):
                await REFUSED(scope, receive, send)
                return
        await self.app(scope, receive, send)


def _monitoring(state: Upstream) -> list[Route]:
    async def status(request: Request) -> Response:
        if state.unreadable:
            return JSONResponse({"tasks": "many"})
        body = state.status()
        if as_of := request.query_params.get("as_of"):
            body["as_of"] = as_of
            body["tasks"] = {**body["tasks"], "overdue": body["tasks"]["overdue"] - 12}
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
        return JSONResponse({"as_of": iso(NOW), "points": [point(day, state.empty) for day in days]})

    async def provinces(request: Request) -> Response:
        items = []
        for index, unit in enumerate(organisations()[2:]):
            total = 0 if index == 5 else 9 + index
            overdue = min(total, (index * 7) % 9)
            counts = {"total": total, "completed": (total - overdue) // 2, "overdue": overdue, "recurring": 0}
            counts["in_term"] = total - counts["completed"] - overdue
            items.append({**unit, **counts, "overdue_percent": 0.0})
        return JSONResponse({"as_of": iso(NOW), "items": items})

    async def changes(request: Request) -> Response:
        headers = {"Access-Control-Allow-Origin": "*"}
        return JSONResponse({"items": [] if state.empty else state.changes()}, 200, headers)

    async def attention(request: Request) -> Response:
        late = [
            {
                **state.task(4 * n + 1),
                "organisation_name": organisations()[n]["name_vi"],
                "organisation_name_en": organisations()[n]["name_en"],
                "deadline": iso(NOW),
                "days_late": 60 - n,
            }
            for n in range(5)
        ]
        names = {"name_vi": "Cơ sở dữ liệu quốc gia về đất đai", "name_en": "Land"}
        entry = {"entry_id": str(stable_id("entry", "1")), **names}
        returned = {**state.task(1), "times_returned": 2, "last_returned_at": iso(NOW), "demonstration": True}
        waiting = {"submission_id": str(stable_id("s", "1")), "due_at": iso(NOW - timedelta(days=2)), "days_late": 2}
        return JSONResponse(
            {
                "longest_overdue": {"rule": "…", "items": late},
                "returned_twice": {"rule": "…", "items": [returned]},
                "no_report_in_cycle": {"rule": "…", "items": []},
                "answers_past_clock": {"rule": "…", "items": [waiting]},
                "databases_at_risk": {"rule": "…", "items": [{**entry, "organisation_name": "Bộ mẫu"}]},
            }
        )

    async def stream(request: Request) -> Response:
        if state.full:
            return JSONResponse({"code": "too-many-streams"}, 429, {"Access-Control-Allow-Origin": "*"})
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
    ]


def _tasks(state: Upstream) -> list[Route]:
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
                "demonstration": demonstration,
            }
            for slug, name_vi, name_en, demonstration in rows
        ]
        return JSONResponse({"items": items, "next": None})

    async def listing(request: Request) -> Response:
        if not (cursor := request.query_params.get("cursor", "0")).isdigit():
            return JSONResponse({"code": "invalid-cursor"}, 400)
        found = [] if state.empty or request.query_params.get("q") == "none" else range(int(cursor), int(cursor) + 24)
        items = [state.task(n) for n in found]
        return JSONResponse({"items": items, "next": str(int(cursor) + 24) if items and int(cursor) < 48 else None})

    def number_of(request: Request) -> int | None:
        known = {str(stable_id("task", str(n))): n for n in range(80)}
        return known.get(request.path_params["task_id"])

    async def task(request: Request) -> Response:
        number = number_of(request)
        return (
            JSONResponse({"code": "task-not-found"}, 404) if number is None else JSONResponse(state.full_task(number))
        )

    async def history(request: Request) -> Response:
        steps = ["proposed", "assigned", "progress_reported", "extended", "progress_reported", "evidence_added"]
        items = [
            {
                "version": n + 1,
                "change": change,
                "occurred_at": iso(NOW - timedelta(days=120 - 20 * n)),
                "recorded_at": iso(NOW - timedelta(days=120 - 20 * n)),
                "organisation": organisations()[0],
                "status": "in_progress",
                "percent": 10 * n,
                "current_deadline": iso(NOW + timedelta(days=12)),
            }
            for n, change in enumerate(steps)
        ]
        return JSONResponse({"items": items, "next": None})

    async def reports(request: Request) -> Response:
        items = [
            {
                "task_version": n,
                "organisation": organisations()[0],
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
        return JSONResponse({"items": items, "next": None})

    async def evidence(request: Request) -> Response:
        item = {"title": "Dự thảo Thông tư", "url": "https://example.org/du-thao.pdf", "sha256": "ab" * 32}
        return JSONResponse({"items": [{**item, "occurred_at": iso(NOW)}]})

    async def units(request: Request) -> Response:
        level = request.query_params.get("level")
        return JSONResponse({"items": [unit for unit in organisations() if level in (None, unit["level"])]})

    async def unit(request: Request) -> Response:
        known = {row["organisation_id"]: row for row in [*organisations(), commune()]}
        known["20194"] = commune()
        found = known.get(request.path_params["organisation_id"])
        return JSONResponse(found or {"code": "organisation-not-found"}, 200 if found else 404)

    prefix = "/api/tasks/v1"
    return [
        Route(f"{prefix}/programmes", programmes),
        Route(f"{prefix}/tasks", listing),
        Route(f"{prefix}/tasks/{{task_id}}", task),
        Route(f"{prefix}/tasks/{{task_id}}/history", history),
        Route(f"{prefix}/tasks/{{task_id}}/reports", reports),
        Route(f"{prefix}/tasks/{{task_id}}/evidence", evidence),
        Route(f"{prefix}/organisations", units),
        Route(f"{prefix}/organisations/{{organisation_id}}", unit),
    ]


def _catalog(state: Upstream) -> list[Route]:
    async def entries(request: Request) -> Response:
        stages = ("not_deployed", "deploying_digitised_only", "deploying_foundation", "formed_centralised")
        names = ("dân cư", "đất đai", "doanh nghiệp", "hộ tịch điện tử", "bảo hiểm")
        items = [
            {
                "entry_id": str(stable_id("entry", str(n))),
                "code": f"DB-{n:03}",
                "name_vi": f"Cơ sở dữ liệu quốc gia về {names[n % 5]}",
                "name_en": None,
                "kind": "database",
                "owner_organisation_id": (*organisations()[:2], commune())[n % 3]["organisation_id"],
                "lists": [{"list": "plan-02", "edition": "2025"}],
                "deployment_stage": stages[n % 4],
                "risk": "high" if n % 3 == 0 else "none",
                "registration": {"status": ("approved", "submitted", "returned")[n % 3], "missing_documents": n},
                "heartbeat": {
                    "promised_period_seconds": None if n == 1 else 86_400,
                    "last_at": None if n == 2 else iso(NOW - timedelta(hours=5 + 9 * n)),
                },
                "demonstration": n == 4,
            }
            for n in range(0 if state.empty else 12)
        ]
        return JSONResponse({"items": items, "next": None})

    async def lists(request: Request) -> Response:
        items = [
            {"slug": "plan-02", "name_vi": "Cơ sở dữ liệu theo Kế hoạch 02", "name_en": "Databases of Plan 02"},
            {"slug": "third", "name_vi": "Danh mục thứ ba", "name_en": "The third list"},
        ]
        return JSONResponse({"items": items, "next": None})

    return [Route("/api/catalog/v1/entries", entries), Route("/api/catalog/v1/lists", lists)]


_ROUTES: dict[str, Callable[[Upstream], list[Route]]] = {
    "monitoring": _monitoring,
    "tasks": _tasks,
    "feedback": feedback,
    "data-catalog": _catalog,
}


def whole(state: Upstream, portal: ASGIApp, stream: ASGIApp | None = None) -> ASGIApp:
    """One address as a browser sees it: the services under their prefixes, the portal for the rest."""
    apps = service_apps(state)
    prefixes = {f"/api/{'catalog' if name == 'data-catalog' else name}/": app for name, app in apps.items()}

    async def route(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if stream is not None and path.endswith("/stream"):
            await stream(scope, receive, send)
            return
        app = next((app for prefix, app in prefixes.items() if path.startswith(prefix)), portal)
        if scope["type"] != "lifespan":
            await app(scope, receive, send)

    return route
