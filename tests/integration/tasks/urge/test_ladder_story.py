"""Stories of a task against a small model of its ladder: each rung is told once, and in its place."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

import pytest
from tests.integration.tasks.conftest import START, Service, an_assigned_task
from tests.integration.tasks.decision.conftest import asked, decide
from tests.integration.tasks.urge.urges import EVIDENCE, civil

from sixclear.common.calendar import calendar
from sixclear.common.clock import CIVIL_ZONE
from sixclear.tasks.urge.service.ladder import pass_time

pytestmark = pytest.mark.asyncio
# As the programme has them by default: days after the deadline, and whether those are working days.
RUNGS = {"-7d": (-7, False), "-3d": (-3, False), "0d": (0, False), "+1d": (1, False), "+5wd": (5, True)}
RUNGS |= {"+10wd": (10, True)}


def due(deadline: datetime, rule: str) -> datetime:
    """When a rung is due, found by walking day by day."""
    days, working = RUNGS[rule]
    day = deadline.astimezone(CIVIL_ZONE).date()
    step = timedelta(days=1 if days > 0 else -1)
    while days:
        day += step
        if not working or calendar().works(day):
            days -= 1 if days > 0 else -1
    while not calendar().works(day):
        day += timedelta(days=1)
    return civil(day.year, day.month, day.day, 8)


@dataclass
class Model:
    """What is known of the one task, and of what should have been told of it."""

    deadline: datetime | None
    given_at: datetime
    status: str = "working"
    before: datetime | None = None
    told: dict[tuple[datetime, str], str] = field(default_factory=dict)

    def gives(self, deadline: datetime, now: datetime) -> None:
        """Another deadline; the one that the ladder had goes on."""
        if deadline != (self.deadline or self.before):
            self.given_at = now
        self.deadline, self.before = deadline, None

    def time(self, now: datetime) -> None:
        """What is told at this instant."""
        local = now.astimezone(CIVIL_ZONE)
        if self.status != "working" or self.deadline is None:
            return
        if not (calendar().works(local.date()) and 8 <= local.hour < 17):
            return
        known = [list(RUNGS).index(rule) for deadline, rule in self.told if deadline == self.deadline]
        open_ = [
            rule
            for place, rule in enumerate(RUNGS)
            if place > max(known, default=-1) and self.given_at < due(self.deadline, rule) <= now
        ]
        for rule in open_:
            self.told[self.deadline, rule] = "told" if rule == open_[-1] else "skipped"


class Story:
    """A task, and what may happen to it."""

    def __init__(self, service: Service, seed: int) -> None:
        self.service, self.seed, self.chance = service, seed, Random(seed)
        self.trail: list[str] = []
        self.model = Model(civil(2025, 12, 15, 17), START)

    async def tell(self, steps: int) -> None:
        self.service.clock.now = START
        self.task_id = await an_assigned_task(self.service, external_id=f"NV-{self.seed}")
        for _ in range(steps):
            happens = self.chance.choice(self._possible())
            self.trail.append(happens)
            await getattr(self, f"_{happens}")()
            await self._compare()

    def _possible(self) -> list[str]:
        time = ["hours", "hours", "days", "standstill"]
        by_status = {
            "working": ["report", "submit", "extend", "pause"],
            "handed_in": ["send_back", "confirm", "extend"],
            "paused": ["resume"],
            "over": ["reopen"],
        }
        return time + by_status[self.model.status]

    async def _pass(self) -> None:
        await pass_time(self.service.database, self.service.log, self.service.clock)
        self.model.time(self.service.clock.now)

    async def _hours(self) -> None:
        for _ in range(self.chance.randrange(1, 14)):
            self.service.clock.pass_by(hours=1)
            await self._pass()

    async def _days(self) -> None:
        for _ in range(self.chance.randrange(1, 12)):
            self.service.clock.pass_by(hours=self.chance.randrange(20, 28))
            await self._pass()

    async def _standstill(self) -> None:
        self.service.clock.pass_by(days=self.chance.randrange(2, 41), hours=self.chance.randrange(24))
        await self._pass()

    async def _step(self, code: str, path: str, **body: object) -> None:
        self.service.clock.pass_by(seconds=1)
        response = await self.service.post(code, f"/tasks/{self.task_id}/{path}", body)
        assert response.status_code in (200, 201), (response.text, self.trail)

    async def _decided(self, kind: str, **value: str) -> None:
        self.service.clock.pass_by(seconds=1)
        decision_id = await asked(self.service, self.task_id, kind, **value)
        response = await decide(self.service, decision_id)
        assert response.status_code == 200, (response.text, self.trail)

    async def _report(self) -> None:
        await self._step("G06", "progress", text=f"Lần {len(self.trail)}")

    async def _submit(self) -> None:
        await self._step("G06", "submit", evidence=[EVIDENCE])
        self.model.status = "handed_in"

    async def _send_back(self) -> None:
        await self._step("P57", "return", reason="Chưa đủ")
        self.model.status = "working"

    async def _confirm(self) -> None:
        await self._step("P57", "confirm")
        self.model.status = "over"

    async def _reopen(self) -> None:
        await self._decided("reopening")
        self.model.status = "working"

    async def _extend(self) -> None:
        now, current = self.service.clock.now, self.model.deadline
        assert current is not None
        day = self._day_after(max(now, current))
        await self._step("P57", "extend", deadline=day.isoformat(), reason="Bổ sung phạm vi")
        self.model.gives(civil(day.year, day.month, day.day, 17), self.service.clock.now)

    async def _pause(self) -> None:
        await self._decided("pause")
        if self.model.deadline is not None and self.model.deadline >= self.service.clock.now:
            self.model.before, self.model.deadline = self.model.deadline, None
        self.model.status = "paused"

    async def _resume(self) -> None:
        held = self.model.deadline
        if held is not None and self.chance.random() < 0.5:
            await self._decided("resume", deadline=held.isoformat())
        else:
            day = self._day_after(self.service.clock.now)
            held = civil(day.year, day.month, day.day, 17)
            await self._decided("resume", deadline=day.isoformat())
        self.model.gives(held, self.service.clock.now)
        self.model.status = "working"

    def _day_after(self, instant: datetime) -> date:
        return instant.astimezone(CIVIL_ZONE).date() + timedelta(days=self.chance.randrange(1, 25))

    async def _compare(self) -> None:
        found: dict[tuple[datetime, str], str] = {}
        page = await self.service.get("/urges", task=str(self.task_id), limit=200)
        for one in page["items"]:
            found[datetime.fromisoformat(one["deadline"]), one["rule"]] = one["state"]
            sent = datetime.fromisoformat(one["urged_at"]).astimezone(CIVIL_ZONE)
            assert calendar().works(sent.date()), self.trail
            assert 8 <= sent.hour < 17, self.trail
        assert found == self.model.told, self.trail
        assert len(found) == len(page["items"])


async def the_version_is_of_the_steps_alone(service: Service) -> None:
    """Each rung is one event of an urge, and none of a task."""
    events = await service.events()
    rungs = [event for event in events if event.entity_type == "urge"]
    assert {event.change for event in rungs} <= {"reminded", "escalated", "skipped"}
    assert all(event.version == 1 for event in rungs)
    assert not [event for event in events if event.entity_type == "task" and event.meta["client_id"] == "calendar"]


async def test_the_first_stories(service: Service) -> None:
    for seed in range(2):
        await _told(service, seed, 20)
    await the_version_is_of_the_steps_alone(service)


@pytest.mark.long
@pytest.mark.parametrize("part", range(10))
async def test_many_stories(service: Service, part: int) -> None:
    for seed in range(1_000 + part * 10, 1_000 + part * 10 + 10):
        await _told(service, seed, 60)
    await the_version_is_of_the_steps_alone(service)


async def _told(service: Service, seed: int, steps: int) -> None:
    await Story(service, seed).tell(steps)
