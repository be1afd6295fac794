"""The life cycle of tasks with all decisions, against a small model: no sequence ends where the rules exclude it."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from httpx2 import Response
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.integration.tasks.conftest import START, Service, proposal
from tests.integration.tasks.life_checks import check_events, check_rows, kept, total
from tests.integration.tasks.life_model import Lives, said
from tests.integration.tasks.life_states import KINDS, OVER_MANY, Asked, Attempt, Life, Rows

from sixclear.tasks.decision.service.apply import apply_decisions
from sixclear.tasks.organisation.seed import organisation_id
from sixclear.tasks.period.service.passing import pass_time

pytestmark = pytest.mark.asyncio

# The tasks of a story: the days until each is due, and what differs from a six-clear task that P57 gave to the body A.
# "B" and "C" are other bodies of the story, which may be merged.
TASKS: dict[str, tuple[int, dict[str, Any]]] = {
    "first": (40, {"coordinating_organisations": ["B"]}),
    "second": (11, {}),
    "monthly": (0, {"kind": "recurring", "recurrence": "FREQ=MONTHLY;BYMONTHDAY=20"}),
    "part one": (400, {"assign": False}),
    "part two": (90, {"assign": False, "coordinating_organisations": ["C"]}),
    "own": (30, {"programme": "own", "coordinating_organisations": ["B"]}),
}
OWN = {"slug": "own", "name_vi": "Của mình", "name_en": "Own", "resolution": "57-NQ/TW", "owner": "P57", "reach": "own"}
# By these the number of tasks may change.
DECIDE = (
    *("assign", "grant cancellation", "grant split", "grant merger"),
    *("alone cancellation", "alone split", "alone merger"),
)
# These change what hangs on a task, and never the task.
BESIDE = (
    *("ask", "refuse", "withdraw", "decline", "milestone", "assignment"),
    *("evidence accept", "evidence refuse", "evidence redact", "period confirm", "period return", "period reopen"),
)
Step = tuple[int, int, int]


class Story:
    """A story of requests on six tasks; after each all is compared with the model."""

    def __init__(self, service: Service, lives: list[Life], bodies: list[str]) -> None:
        self.service, self.model = service, Lives(lives, bodies)
        self.taken: Counter[str] = Counter()
        self.trail: list[str] = []
        self.rows: Rows = {}

    @classmethod
    async def begin(cls, service: Service, number: int) -> "Story":
        """Six tasks at the first instant: three that are worked on, one that recurs, two that are proposed.

        One of them is in a programme of P57's own work.
        """
        service.clock.now = START
        lives: list[Life] = []
        assert (await service.post("P57", "/programmes", OWN)).is_success
        bodies = {letter: await _set_up(service, f"{number}-{letter}") for letter in "ABC"}
        lead = {
            "lead_organisation": bodies["A"],
            "responsible_position": {"title": "Cục trưởng", "organisation": bodies["A"]},
        }
        for name, (days, changes) in TASKS.items():
            due = START + timedelta(days=days) if days else None
            others = tuple(bodies[one] for one in changes.get("coordinating_organisations", ()))
            stated: dict[str, Any] = {"external_id": f"{number} {name}", "deadline": due and due.isoformat()}
            stated |= lead | {"coordinating_organisations": list(others)}
            answer = await service.post("P57", "/tasks", proposal(**changes | stated))
            assert answer.status_code == 201, answer.text
            life = Life(
                name,
                status=answer.json()["status"],
                lead=bodies["A"],
                others=others,
                original=due,
                current=due,
                recurring=due is None,
                own="programme" in changes,
                task_id=answer.json()["task_id"],
            )
            if life.status == "assigned":
                life.assigned(START)
            lives.append(life)
        story = cls(service, lives, list(bodies.values()))
        story.rows = await kept(service, lives)
        return story

    async def take(self, step: Step) -> None:
        """One step: time passes, one request over many tasks, or a request that is allowed, or is not."""
        what, which, how = step
        self.service.clock.pass_by(minutes=1)
        if how == 9:
            await self._time_passes(which)
        elif how == 8 and what % 10 == 1 and len(self.model.bodies) > 1:
            await self._merge_bodies(which)
        elif how == 8 and what % 3 == 0:
            await self._over_many(OVER_MANY[(0, 0, 1, 1, 2, 2, 2, 3)[which % 8]], granted=what % 2 == 0)
        else:
            attempts = list(self.model.attempts(self.service.clock.now, self.rows))
            chosen = [one for one in attempts if (one.allowed is False) == (how >= 7)]
            if how < 3:
                # Else most of what is asked for is forgotten.
                chosen = [
                    one for one in chosen if one.group.startswith(("grant", "alone", "accept", "confirm"))
                ] or chosen
            groups = sorted({one.group for one in chosen})
            group = [one for one in chosen if one.group == groups[what % len(groups)]]
            await self._attempt(group[which % len(group)])
        check_rows(self.model.lives, self.rows, self.service.clock.now)

    async def end(self) -> None:
        """All that was told is readable, and nothing is missing of it."""
        await check_events(self.service, self.model.lives, self.rows)

    async def _look(self) -> Rows:
        self.rows = await kept(self.service, self.model.lives)
        return self.rows

    async def _attempt(self, attempt: Attempt) -> None:
        before, counted = self.rows, total(self.model.lives)
        answer = await self._send(attempt)
        told = f"{attempt.client} {attempt.path} {attempt.body}: {answer.status_code} {answer.text[:300]}"
        self.trail.append(told)
        assert answer.status_code < 500, told
        if attempt.allowed is not None:
            assert answer.is_success == attempt.allowed, told
        after = await self._look()
        if not answer.is_success:
            assert after == before, f"it was refused, and something changed: {told}"
            return
        self.taken[attempt.group] += 1
        attempt.then(answer.json())
        if attempt.group not in DECIDE:
            assert total(self.model.lives) == counted, "the total moves by a decision only"
        if attempt.group.startswith(BESIDE):
            assert _versions(after) == _versions(before), "what hangs on a task leaves its version alone"

    async def _send(self, attempt: Attempt) -> Response:
        headers = self.service.headers(attempt.client)
        if attempt.method == "PATCH":
            headers |= {"content-type": "application/merge-patch+json"}
        path = f"{self.service.prefix}{attempt.path}"
        return await self.service.http.request(attempt.method, path, json=attempt.body, headers=headers)

    async def _time_passes(self, which: int) -> None:
        """Hours or weeks; a paused task is in the bucket in which the pause found it."""
        paused = [one for one in self.model.lives if one.status == "paused" and not one.restricted]
        found = {one.name: await self._bucket(one) for one in paused}
        before = _versions(self.rows)
        self.service.clock.pass_by(hours=(1, 30, 24 * 6, 24 * 21, 24 * 40)[which % 5])
        await pass_time(self.service.database, self.service.log, self.service.clock)
        assert _versions(await self._look()) == before, "time alone moves no task"
        assert {one.name: await self._bucket(one) for one in paused} == found, "a paused task crosses no deadline"

    async def _bucket(self, life: Life) -> str:
        return str((await self.service.get(f"/tasks/{life.task_id}"))["bucket"])

    async def _over_many(self, kind: str, *, granted: bool) -> None:
        """One decision over all tasks: each takes it exactly where it would have taken it alone."""
        now, model = self.service.clock.now, self.model
        own = model.bodies[0]
        model.counter += 1
        value = model.value_of(model.lives[0], kind, now)
        body = {"kind": kind, "reason": f"Cả {model.counter}", "task_ids": [one.task_id for one in model.lives]}
        sent = await self.service.post(own, "/decisions", body | said(value))
        assert sent.status_code in (202, 403, 404), sent.text
        if sent.status_code != 202:
            assert not any(own in one.doers for one in model.lives)
            assert self.rows == await self._look()
            return
        may = {one.task_id: model.askable(one, kind, own, value, now) for one in sorted_by_id(model.lives)}
        await self._reach()
        whole = await self._whole(sent.json()["decision_id"], own)
        assert {one["task_id"]: one["outcome"] == "done" for one in whole["tasks"]} == may
        for one in whole["tasks"]:
            if may[one["task_id"]]:
                model.named(one["task_id"]).open[kind] = Asked(kind, own, value, one["decision_id"])
        answer = {"outcome": "granted"} if granted else {"outcome": "refused", "reason": "Không đủ lý do"}
        decided = await self.service.post("P57", f"/decisions/{whole['decision_id']}/decide", answer)
        assert decided.is_success == any(may.values()), decided.text
        await self._reach()
        for life in (one for one in sorted_by_id(model.lives) if may[one.task_id]):
            if granted:
                model.grant(life, life.open[kind], value, now)
            else:
                life.close([kind], now)
        self.taken[f"many {kind}"] += any(may.values())
        await self._look()

    async def _merge_bodies(self, which: int) -> None:
        """A body is merged into another one: its open work moves in the same decision, and no total does."""
        bodies, counted = self.model.bodies, total(self.model.lives)
        former = bodies[which % len(bodies)]
        successor = bodies[(which + 1 + which // len(bodies) % (len(bodies) - 1)) % len(bodies)]
        path = f"/organisations/{organisation_id(former)}/merge"
        merged = await self.service.post("P57", path, {"into": successor, "reason": "Hợp nhất"})
        assert merged.status_code == 200, merged.text
        self.trail.append(f"{former} into {successor}")
        await self._reach()
        decision_id = merged.json()["decision_id"]
        whole = {} if decision_id is None else await self._whole(decision_id, "P57")
        assert (whole.get("waiting", 0), whole.get("rejected", 0)) == (0, 0), whole
        self.model.merge(former, successor, self.service.clock.now)
        self.taken["merge bodies"] += 1
        assert total(self.model.lives) == counted
        await self._look()

    async def _reach(self) -> None:
        await apply_decisions(self.service.database, self.service.log, self.service.clock, at_a_time=2)

    async def _whole(self, decision_id: str, code: str) -> dict[str, Any]:
        path = f"{self.service.prefix}/own/decisions/{decision_id}"
        answer = await self.service.http.get(path, headers=self.service.headers(code))
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


async def _set_up(service: Service, code: str) -> str:
    """A body below P57 that is this story's alone: it may be merged."""
    entry = {"code": code, "name_vi": code, "type": "department", "level": "department", "parent": "P57"}
    made = await service.post("P57", "/organisations", entry | {"reason": "Thành lập"})
    assert made.status_code == 201, made.text
    return code


def sorted_by_id(lives: Sequence[Life]) -> list[Life]:
    """In the order in which a decision over many reaches them."""
    return sorted(lives, key=lambda one: one.task_id)


def _versions(rows: Rows) -> dict[str, tuple[int, str]]:
    return {row["task_id"]: (row["version"], row["status"]) for row in rows["task"]}


_numbers = iter(range(10**9))


async def _tell(service: Service, steps: Sequence[Step]) -> Counter[str]:
    """Tell a story from its begin to its end; answers what was taken, by its group."""
    story = await Story.begin(service, next(_numbers))
    try:
        for step in steps:
            await story.take(step)
        await story.end()
    except Exception as error:
        error.add_note("\n".join(story.trail))
        raise
    return story.taken


def _walk(seed: int, length: int) -> list[Step]:
    dice = Random(seed)
    return [(dice.randrange(60), dice.randrange(60), dice.randrange(10)) for _ in range(length)]


# Two short stories, and what the second has beside the first: together a decision of each kind, answers and mergers,
# and what the owner of its own work decides alone.
SHOWN = {f"grant {kind}" for kind in KINDS} | {"assignment accept", "assignment objection", "merge bodies"}
ALONE = {f"alone {kind}" for kind in ("extension", "transfer", "pause", "resume", "cancellation", "regrouping")}
STORIES = {416: SHOWN - {"grant split"}, 409: {"grant split"} | ALONE}


@pytest.mark.parametrize("seed", STORIES)
async def test_no_sequence_of_requests_ends_where_the_rules_exclude(service: Service, seed: int) -> None:
    taken = await _tell(service, _walk(seed, 90))
    assert taken.keys() >= STORIES[seed]


@pytest.mark.long
@pytest.mark.parametrize("seed", range(40))
async def test_no_long_sequence_of_requests_does_either(service: Service, seed: int) -> None:
    await _tell(service, _walk(seed, 250))


@pytest.mark.long
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60), st.integers(0, 9)), max_size=40))
async def test_no_made_up_sequence_of_requests_does_either(service: Service, steps: list[Step]) -> None:
    await _tell(service, steps)
