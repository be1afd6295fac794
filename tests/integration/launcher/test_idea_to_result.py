"""An accepted idea becomes a task and its progress comes back, with both services in one process and either bus."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import httpx2
import pytest

from sixclear.common.bus import positions
from sixclear.common.clock import utc_now
from sixclear.common.events.log import EventLog
from sixclear.common.runtime.kafka_server import KafkaServer
from sixclear.common.runtime.source_target import SourceTarget
from sixclear.common.runtime.supervisor import Supervisor
from sixclear.common.runtime.target import Runtime
from sixclear.common.settings import CommonSettings
from sixclear.common.testing.eventually import eventually
from sixclear.common.testing.identity import FakeIssuer, http_client
from sixclear.common.testing.postgres import EmptyDatabase
from sixclear.launcher.brokers import make_bus, with_relay
from sixclear.launcher.registry import SERVICES
from sixclear.launcher.run import until_ready
from sixclear.tasks.organisation.seed import organisation_id, register, shipped_organisations

pytestmark = pytest.mark.asyncio
SCOPES = {
    "tasks": ("tasks:write", "tasks:assign", "tasks:report", "tasks:administer"),
    "feedback": ("feedback:handle", "feedback:publish"),
}


class Both:
    """Tasks and feedback in one process, each asked as a body."""

    def __init__(self, targets: dict[str, SourceTarget[Any]], clients: dict[str, httpx2.AsyncClient]) -> None:
        self.targets, self._clients = targets, clients
        self._issuer: FakeIssuer | None = None

    def trust(self, issuer: FakeIssuer) -> None:
        self._issuer = issuer

    async def answer(self, service: str, code: str, path: str, body: Any, *, method: str = "POST") -> httpx2.Response:
        """What the body with this code is answered, in a position if it has one; `-` asks without a token."""
        assert self._issuer is not None
        headers = {"Idempotency-Key": f"the-only-{service}-submission"} if path == "/submissions" else {}
        if code != "-":
            name, _, position = code.partition("/")
            headers |= self._issuer.headers(
                *SCOPES[service], client_id=f"{name}-{position}", organisation_id=organisation_id(name)
            )
        if method == "PATCH":
            headers["Content-Type"] = "application/merge-patch+json"
        return await self._clients[service].request(method, f"/api/{service}/v1{path}", json=body, headers=headers)

    async def ask(self, service: str, code: str, path: str, body: Any = None, *, method: str = "POST") -> Any:
        """As `answer`, which must be a success."""
        response = await self.answer(service, code, path, body, method=method)
        assert response.status_code < 300, f"{path}: {response.text}"
        return response.json()


@asynccontextmanager
async def both(
    empty_database: EmptyDatabase, home: Path, monkeypatch: pytest.MonkeyPatch, brokers: str | None
) -> AsyncIterator[Both]:
    logs: dict[str, EventLog] = {}
    issuer = FakeIssuer()
    settings = CommonSettings(env="test", home=home, kafka_bootstrap_servers=brokers)
    runtime = Runtime(
        settings=settings,
        clock=utc_now,
        bus=make_bus(settings, logs, used=True),
        verifier=issuer.verifier(),
        http=cast(Any, None),
    )
    monkeypatch.setenv("SIXCLEAR_TASKS_SEED_ORGANISATIONS", "false")
    targets: dict[str, SourceTarget[Any]] = {}
    for service in SERVICES:
        if service.name in SCOPES:
            monkeypatch.setenv(f"{service.variable}_DATABASE_URL", await empty_database())
            targets[service.name] = cast(SourceTarget[Any], service.create_target(runtime))
    logs.update({name: target.event_log for name, target in targets.items()})
    supervisor = Supervisor([with_relay(target, settings) for target in targets.values()])
    await supervisor.start()
    try:
        await until_ready(supervisor, 60)
        tasks = targets["tasks"]
        seeds = [seed for seed in shipped_organisations() if seed.code in ("P57", "G06")]
        await register(tasks.database, tasks.event_log, seeds, utc_now())
        async with http_client(tasks.app) as first, http_client(targets["feedback"].app) as second:
            joined = Both(targets, {"tasks": first, "feedback": second})
            joined.trust(issuer)
            yield joined
    finally:
        await supervisor.stop()
        await runtime.bus.close()


@pytest.fixture(params=["memory", pytest.param("kafka", marks=pytest.mark.kafka)])
def brokers(request: pytest.FixtureRequest) -> str | None:
    """None for the in-process bus; brokers of its own else, since topics keep what others published."""
    if request.param == "memory":
        return None
    server: KafkaServer = request.getfixturevalue("own_kafka")
    return server.bootstrap_servers


async def test_a_sender_follows_the_task_that_came_of_an_idea(
    empty_database: EmptyDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, brokers: str | None
) -> None:
    async with both(empty_database, tmp_path, monkeypatch, brokers) as services:
        plan = {"slug": "plan", "name_vi": "Kế hoạch", "name_en": "Plan", "resolution": "57-NQ/TW", "owner": "P57"}
        await services.ask("tasks", "P57", "/programmes", plan)
        idea = {"kind": "solution", "title": "Đặt thiết bị", "text": "Xin cho đặt giờ.", "consent": True}
        receipt = await services.ask("feedback", "-", "/submissions", idea)
        code, case = receipt["receipt_code"], f"/submissions/{receipt['submission_id']}"

        await services.ask("feedback", "P57", f"{case}/triage", {"programme": "plan"})

        async def assigned() -> bool:
            """As soon as feedback has heard of the body."""
            body = {"organisation_id": "G06"}
            response = await services.answer("feedback", "P57", f"{case}/assign", body)
            assert response.status_code in (200, 422, 503), response.text
            return response.status_code == 200

        await eventually(assigned, within_seconds=30, every_seconds=0.2)
        words = {"title": "Lịch thiết bị", "abstract": "Các viện công bố giờ trống."}
        await services.ask("feedback", "G06/desk", f"{case}/proposal", words)
        answer = {
            "outcome": "accepted",
            "reason": "Phù hợp.",
            "legal_basis": "57-NQ/TW",
            "responsible_organisation_id": "G06",
            "next_date": "2100-12-31",
            "text": "Bộ sẽ làm.",
        }
        drafted = await services.ask("feedback", "G06/desk", f"{case}/answers", answer)
        await services.ask("feedback", "P57/head", f"{case}/answers/{drafted['answer_id']}/publish", {})

        async def seen() -> list[tuple[str, int]]:
            opened = await services.ask("feedback", "-", "/mailbox", {"receipt_code": code})
            return [(one["stage"], one["percent"]) for one in opened["proposal"]["tasks"]]

        async def stands(stage: str, percent: int) -> bool:
            return await seen() == [(stage, percent)]

        await eventually(lambda: stands("proposed", 0), within_seconds=30)
        (waiting,) = (await services.ask("tasks", "P57", "/own/proposals", method="GET"))["items"]
        address = f"/tasks/{waiting['task_id']}"
        clear = {
            "responsible_position": {"title": "Cục trưởng", "organisation": "G06"},
            "product": "Trang lịch",
            "authority": "Được giao",
            "deadline": "2100-12-31",
        }
        await services.ask("tasks", "P57", address, clear, method="PATCH")
        await services.ask("tasks", "P57", f"{address}/assign", {})
        await eventually(lambda: stands("assigned", 0), within_seconds=30)
        await services.ask("tasks", "G06", f"{address}/progress", {"percent": 40, "text": "Đã có 5 phòng."})
        await eventually(lambda: stands("in_progress", 40), within_seconds=30)
        await _begin_again(services)
        await services.ask("tasks", "G06", f"{address}/progress", {"percent": 60, "text": "Đã có 8 phòng."})
        await eventually(lambda: stands("in_progress", 60), within_seconds=30)
        assert len((await services.ask("tasks", "-", "/tasks", method="GET"))["items"]) == 1, "a replay opens none"


async def _begin_again(services: Both) -> None:
    """Both consumers read from the first event on, as after a restore."""
    for name, group in (("tasks", "tasks.proposals"), ("feedback", "feedback.tasks")):
        async with services.targets[name].database.transaction() as session:
            await positions.forget(session, group)
