"""A stand-in for the four services behind the portal: their answers' shapes, deterministic, with a switch for each."""

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from tests.integration.portal.contracts import contract
from tests.integration.portal.hanging_records import Hanging
from tests.integration.portal.public_records import PublicFeedback
from tests.integration.portal.records import FIGURES, NOW, REFUSED, SLUG, Records, invalid, iso
from tests.integration.portal.results_records import Results
from tests.integration.portal.upstream_catalog import catalog
from tests.integration.portal.upstream_feedback import feedback
from tests.integration.portal.upstream_monitoring import monitoring
from tests.integration.portal.upstream_tasks import tasks

from sixclear.monitoring.kinds.entry import STAGES
from sixclear.monitoring.live.frames import Frame


def stages(*, at_risk: int = 0, **counts: int) -> dict[str, int]:
    """The figures of a programme list: its total is the sum of the six stages."""
    return {**dict.fromkeys(STAGES, 0), **counts, "total": sum(counts.values()), "at_risk": at_risk}


@dataclass
class Upstream(Records, Hanging, Results, PublicFeedback):
    """The state of the stand-in; `away` names services that answer 503, `slow` those that do not answer.

    `case` is what a case has beside what every one has, `steps` what its sender did.
    A `young` programme has tasks since a month. `passed` are seconds that the portal believes to have passed.
    """

    counts: dict[str, int] = field(
        default_factory=lambda: {"completed": 601, "in_term": 404, "overdue": 104, "recurring": 178}
    )
    away: set[str] = field(default_factory=set)
    slow: set[str] = field(default_factory=set)
    passed: float = 0.0
    submissions: dict[str, dict[str, Any]] = field(default_factory=dict)
    messages: list[dict[str, Any]] = field(default_factory=list)
    message_keys: dict[str, dict[str, Any]] = field(default_factory=dict)
    files: list[dict[str, Any]] = field(default_factory=list)
    contents: dict[str, bytes] = field(default_factory=dict)
    refusal: tuple[int, str] | None = None
    locked_out: bool = False
    answer: dict[str, Any] | None = None
    witnesses: list[dict[str, Any]] = field(default_factory=list)
    requests: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    visitors: list[tuple[str, str | None]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    empty: bool = False
    young: bool = False
    unreadable: bool = False
    listeners: list["asyncio.Queue[bytes]"] = field(default_factory=list)
    sequence: int = 0
    full: bool = False
    handed_in: int = 0
    periods: dict[str, int] | None = None
    staleness: float | None = 2.4
    last_report_at: str | None = iso(NOW - timedelta(days=327))
    case_status: str = "assigned"
    provisional: bool = False
    case_title: str = "Mã QR cho hồ sơ"
    case_text: str = "Dùng mã QR để đối chiếu hồ sơ giữa xã và tỉnh."
    stated: list[dict[str, Any]] = field(default_factory=list)
    case: dict[str, Any] = field(default_factory=dict)
    steps: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    step_keys: dict[str, dict[str, Any]] = field(default_factory=dict)
    erased: bool = False
    # Whether feedback sends mails that say that there is news.
    notices: bool = False
    # Whether feedback asks for work, gives nothing to forms, or has given it just now; what was used up, shown, held.
    work_needed: bool = False
    no_offers: bool = False
    hasty: bool = False
    used: set[bytes] = field(default_factory=set)
    shown: list[str] = field(default_factory=list)
    held: set[str] = field(default_factory=set)
    # Bodies that tasks knows and feedback does not.
    unknown_bodies: set[str] = field(default_factory=set)
    code_changes: list[str] = field(default_factory=list)
    happened: list[dict[str, Any]] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def monotonic(self) -> float:
        return time.monotonic() + self.passed

    def tasks(self) -> dict[str, int]:
        counts = dict.fromkeys(self.counts, 0) if self.empty else self.counts
        late = counts["overdue"]
        remaining = {"remaining_overdue": late, "remaining_overdue_of_earlier_years": 4, "remaining_not_due": 368}
        remaining |= {"overdue_handed_in_on_time": self.handed_in, "awaiting_confirmation": self.handed_in}
        remaining |= {"completed_on_time": 0, "completed_late": counts["completed"]}
        return {**counts, "total": sum(counts.values()), "remaining_this_year": late + 368, **remaining}

    def shares(self) -> dict[str, float | None]:
        counts = self.tasks()
        return {name: self.share(counts[name], counts["total"]) for name in self.counts}

    @staticmethod
    def share(part: int, whole: int) -> float | None:
        return round(100 * part / whole, 2) if whole else None

    def status(self, at: datetime = NOW) -> dict[str, Any]:
        return {
            "as_of": iso(at),
            "staleness_seconds": self.staleness,
            "filters": dict.fromkeys(("organisation_id", "programme", "assigned_by")),
            "demonstration_included": False,
            "sources": {
                "data-catalog": {
                    "epoch": 1,
                    "rebuilding_epoch": None,
                    "events": 105,
                    "last_event_at": self.last_report_at,
                    "current_until": iso(at),
                    "lag_messages": 0,
                    "gaps": 0,
                }
            },
            "tasks": self.tasks(),
            "shares_percent": self.shares(),
            "activity": {"reports_today": 37, "last_report_at": self.last_report_at},
            "periods": self.periods,
            "databases": {
                "plan-02": stages(formed_centralised=4, deploying_digitised_only=5, not_deployed=3),
                "resolution-71": stages(formed_centralised=31, deploying_foundation=36, not_deployed=38, at_risk=38),
                "registered_not_approved": {"databases": 18, "organisations": 7},
            },
            "feedback": {"received": 16, "in_time": 9, "due_soon": 2, "overdue": 1, "answered": 4} | self.cases,
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
    """A service that can be away or slow; what it hears and answers is held against its contract."""

    def __init__(self, state: Upstream, name: str, app: ASGIApp) -> None:
        self.state, self.name, self.app = state, name, app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        self.state.requests.append((self.name, request.url.path, dict(request.query_params)))
        self.state.visitors.append((request.url.path, request.headers.get("x-forwarded-for")))
        if self.name in self.state.slow:
            raise httpx2.ReadTimeout("slow")
        app = self.app
        if self.name in self.state.away:
            await Response(b"upstream failure", 503)(scope, receive, send)
            return
        if self.state.unreconciled and request.url.path.endswith(FIGURES):
            app = REFUSED
        await self._held(app, request, receive, send)

    async def _held(self, app: ASGIApp, request: Request, receive: Receive, send: Send) -> None:
        heard, said, status = bytearray(), bytearray(), 0

        async def hear() -> Message:
            message = await receive()
            heard.extend(message.get("body", b""))
            return message

        async def say(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            said.extend(message.get("body", b""))
            await send(message)

        stream = request.url.path.endswith("/stream")
        known, method, path = contract(self.name), request.method, request.url.path
        if refused := known.refused(method, path, request.query_params):
            app = invalid(refused)
        await app(request.scope, receive if stream else hear, send if stream else say)
        if stream or status == 304 or self.state.unreadable:
            return
        self.state.broken += known.wrong_request(method, path, list(request.query_params), bytes(heard))
        self.state.broken += known.wrong_answer(method, path, status, bytes(said))


_ROUTES: dict[str, Callable[[Upstream], list[Route]]] = {
    "monitoring": monitoring,
    "tasks": tasks,
    "feedback": feedback,
    "data-catalog": catalog,
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
