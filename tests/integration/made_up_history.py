"""A made-up history of tasks, told through the service's API: who asks for what is drawn, and the service decides.

After each step all rows are kept with the instant, so that any of these instants can be counted by hand later.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from random import Random
from typing import Any

from tests.integration.counted_by_hand import Row, Rows
from tests.integration.made_up_results import Results
from tests.integration.tasks.conftest import Service

from sixclear.common.clock import civil_date, civil_day_end
from sixclear.tasks.decision.service.apply import apply_decisions
from sixclear.tasks.organisation.seed import organisation_id
from sixclear.tasks.period.service.passing import pass_time

GROUPS = [
    {"code": "the-che", "label_vi": "Thể chế", "parts": [{"code": f"the-che-{n}", "label_vi": "Phần"} for n in (1, 2)]},
    {"code": "ha-tang", "label_vi": "Hạ tầng", "parts": [{"code": "ha-tang-1", "label_vi": "Phần"}]},
]
# The same with a part that has come to the other group.
REGROUPED = [
    {**GROUPS[0], "parts": [{"code": "the-che-1", "label_vi": "Phần"}]},
    {**GROUPS[1], "parts": [{"code": code, "label_vi": "Phần"} for code in ("ha-tang-1", "the-che-2")]},
]
CODES = ("the-che", "the-che-1", "the-che-2", "ha-tang", "ha-tang-1")
# A programme, who owns it and assigns its tasks, at which level, and which bodies have them.
CENTRAL, OF_77 = ("G06", "G01", "75", "77", "77-1", "77-2", "77-3"), ("77-1", "77-2", "77-3")
PROGRAMMES = {
    "plan": ("P57", "central", CENTRAL),
    "side": ("P57", "central", CENTRAL),
    "own-77": ("77", "province", OF_77),
}
DECISIONS = ("extension", "transfer", "pause", "resume", "cancellation", "split", "merger", "regrouping", "reopening")


class History:
    """What happens to some tasks of three programmes; `taken` counts what the service took, by its kind."""

    def __init__(self, service: Service, seed: int) -> None:
        self.service, self.dice = service, Random(seed)
        self.kept: list[Rows] = []
        self.taken: Counter[str] = Counter()
        self.restricted: set[str] = set()
        self.number = self.sent = 0
        self.codes: dict[str, str] = {}
        self.results = Results(self, {slug: bodies for slug, (_, _, bodies) in PROGRAMMES.items()})

    async def begin(self) -> None:
        """A second province with three communes, the programmes, and two tasks of each."""
        await self._register("77", "province", None)
        for code in ("77-1", "77-2", "77-3"):
            await self._register(code, "commune", "77")
        await self._describe("plan", "P57", work_groups=GROUPS)
        await self._describe("side", "P57")
        await self._describe("own-77", "77")
        await self._keep()
        for programme in PROGRAMMES:
            for _ in range(3):
                await self._give(programme)
        await self._keep()

    async def step(self) -> None:
        """Time passes, and something is asked for."""
        now = self.service.clock.now
        if self.dice.random() < 0.06:
            self.service.clock.now = civil_day_end(civil_date(now) + timedelta(days=self.dice.choice((0, 0, 2))))
        else:
            hours = self.dice.choices((0.1, 1, 5, 30, 75, 24 * 9), (30, 30, 20, 12, 5, 1))[0]
            self.service.clock.pass_by(seconds=60 + 3600 * hours)
        await pass_time(self.service.database, self.service.log, self.service.clock)
        acts: Sequence[tuple[int, Callable[[], Any]]] = (
            (5, lambda: self._give(self.dice.choice(list(PROGRAMMES)))),
            (10, self._work),
            (10, self._finish),
            (4, self._prove),
            (6, self._judge),
            (4, self._of_period),
            (10, self._ask),
            (18, self._answer),
            (2, self._programme),
            (2, self._bodies),
            (1, self._restrict),
            (2, self._many),
            (6, self.results.document),
            (8, self.results.money),
        )
        weights, before = [weight for weight, _ in acts], self.sent
        while self.sent == before:
            await self.dice.choices([act for _, act in acts], weights)[0]()
        await apply_decisions(self.service.database, self.service.log, self.service.clock, at_a_time=3)
        await self._keep()

    @property
    def now(self) -> Rows:
        """The rows as they are."""
        return self.kept[-1]

    async def _keep(self) -> None:
        rows = await Rows.read(self.service.database, self.service.clock.now)
        self.codes = {row["organisation_id"]: row["code"] for row in rows.of["organisation"]}
        if self.kept and self.kept[-1].at == rows.at:
            del self.kept[-1]  # of one instant what holds after all that happened at it
        self.kept.append(rows)

    async def send(self, kind: str, client: str, path: str, body: Any, method: str = "POST") -> bool:
        headers = self.service.headers(client)
        if method == "PATCH":
            headers |= {"content-type": "application/merge-patch+json"}
        answer = await self.service.http.request(method, f"{self.service.prefix}{path}", json=body, headers=headers)
        assert answer.status_code < 500, (path, body, answer.text)
        self.taken[kind] += answer.is_success
        self.sent += 1
        return bool(answer.is_success)

    async def _register(self, code: str, level: str, parent: str | None) -> None:
        entry = {"code": code, "name_vi": code, "type": level, "level": level, "parent": parent, "reason": "Lập"}
        assert await self.send("register", "P57" if parent is None else parent, "/organisations", entry)

    async def _describe(self, slug: str, owner: str, **more: Any) -> bool:
        entry = {"slug": slug, "name_vi": slug, "name_en": slug, "resolution": "57-NQ/TW", "owner": owner, **more}
        return await self.send("programme", owner, "/programmes", entry)

    def _later(self, days: int) -> str:
        at = self.service.clock.now + timedelta(days=self.dice.randint(1, days), seconds=self.dice.randint(0, 3600))
        return at.isoformat()

    async def _give(self, programme: str, **changes: Any) -> None:
        _, level, bodies = PROGRAMMES[programme]
        chief = self.codes[self.now.programme(programme)["owner_organisation_id"]]
        self.number += 1
        lead = self.dice.choice(bodies)
        recurs = self.dice.random() < 0.2 and not changes
        entry = {
            "programme": programme,
            "title": f"Việc {self.number}",
            "source": "lich-su",
            "external_id": f"NV-{self.number}",
            "assigned_by": level,
            "assigning_organisation": chief,
            "lead_organisation": lead,
            "responsible_position": {"title": "Trưởng", "organisation": lead},
            "product": "Sản phẩm",
            "authority": "Trong phạm vi được giao",
            "assign": self.dice.random() < 0.7,
            **(
                {"kind": "recurring", "recurrence": "FREQ=WEEKLY;BYDAY=FR"} if recurs else {"deadline": self._later(45)}
            ),
        }
        await self.send("give recurring" if recurs else "give", chief, "/tasks", entry | changes)

    def _task(self, *statuses: str, kind: str | None = None) -> tuple[Row, str, str] | None:
        """A task in one of these states, with its lead body and the one that assigned it."""
        tasks = [
            row
            for row in self.now.of["task"]
            if row["status"] in statuses and kind in {None, row["kind"]} and row["task_id"] not in self.restricted
        ]
        if not tasks:
            return None
        task = self.dice.choice(sorted(tasks, key=self._number))
        return task, self.codes[task["lead_organisation_id"]], self.codes[task["assigning_organisation_id"]]

    async def _work(self) -> None:
        """Reported on, now and then for a period by its key."""
        found = self._task("assigned", "in_progress", "returned")
        if found is None:
            return
        task, lead, _ = found
        body: dict[str, Any] = {"text": "Đang làm", "percent": self.dice.choice((5, 30, 60, 85, 100))}
        if task["kind"] == "recurring":
            periods = sorted(row["key"] for row in self.now.of["period"] if row["task_id"] == task["task_id"])
            if periods and self.dice.random() < 0.5:
                body["period"] = self.dice.choice(periods)
        elif self.dice.random() < 0.4:
            expected = self.service.clock.now + timedelta(days=self.dice.randint(1, 60))
            body |= {"expected_on": civil_date(expected).isoformat(), "remedy": "Thêm người"}
        await self.send("report", lead, f"/tasks/{task['task_id']}/progress", body)

    async def _finish(self) -> None:
        """Handed in, confirmed or returned."""
        if self.dice.random() < 0.5 and (found := self._task("assigned", "in_progress", "returned", kind="one_off")):
            task, lead, _ = found
            await self.send("submit", lead, f"/tasks/{task['task_id']}/submit", {"evidence": [self._piece()]})
        elif found := self._task("submitted"):
            task, _, chief = found
            if self.dice.random() < 0.7:
                await self.send("confirm", chief, f"/tasks/{task['task_id']}/confirm", {})
            else:
                await self.send("return", chief, f"/tasks/{task['task_id']}/return", {"reason": "Thiếu"})

    def _piece(self) -> dict[str, str]:
        self.number += 1
        return {"title": f"Minh chứng {self.number}", "url": f"https://example.invalid/{self.number}"}

    async def _prove(self) -> None:
        if found := self._task("assigned", "in_progress", "returned", "submitted"):
            await self.send("evidence", found[1], f"/tasks/{found[0]['task_id']}/evidence", self._piece())

    async def _judge(self) -> None:
        """Evidence is accepted or refused, or an assignment accepted."""
        waiting = [row for row in self.now.of["evidence_review"] if row["state"] == "waiting"]
        if self.dice.random() < 0.2 and (given := self._task("assigned")):
            await self.send("accept", given[1], f"/tasks/{given[0]['task_id']}/accept", {})
        elif waiting:
            piece = self.dice.choice(sorted(waiting, key=lambda row: (self._number(row), row["evidence_id"])))
            verb = self.dice.choice(("accept", "refuse"))
            body = {} if verb == "accept" else {"reason": "Không rõ"}
            chief = self._chief_of(piece["task_id"])
            await self.send(f"evidence {verb}", chief, f"/evidence/{piece['evidence_id']}/{verb}", body)

    def _number(self, row: Row) -> int:
        """Which task it is, or hangs on: identifiers are others in each run."""
        task = next(one for one in self.now.of["task"] if one["task_id"] == row["task_id"])
        return int(task["external_id"][3:])

    def _chief_of(self, task_id: str) -> str:
        task = next(row for row in self.now.of["task"] if row["task_id"] == task_id)
        return self.codes[task["assigning_organisation_id"]]

    async def _of_period(self) -> None:
        periods = sorted(self.now.of["period"], key=lambda row: (row["due_at"], self._number(row)))
        if periods:
            period = self.dice.choice(periods[-12:])
            verbs = {"reported": ("confirm", "return"), "returned": ("confirm",)}.get(period["status"], ("reopen",))
            verb = self.dice.choice(verbs)
            body = {} if verb == "confirm" else {"reason": "Xem lại"}
            at = f"/tasks/{period['task_id']}/periods/{period['key']}/{verb}"
            await self.send(f"period {verb}", self._chief_of(period["task_id"]), at, body)

    def _value(self, kind: str, task: Row) -> dict[str, Any]:
        others = [row for row in self.now.of["task"] if row["programme_id"] == task["programme_id"] and row != task]
        others.sort(key=self._number)
        proposed = [row["task_id"] for row in others if row["status"] == "proposed"]
        match kind:
            case "extension":
                return {"deadline": self._later(60)}
            case "resume":
                return {} if task["kind"] == "recurring" else {"deadline": self._later(30)}
            case "transfer":
                return {"organisation": self.dice.choice(CENTRAL)}
            case "split":
                return {"replaced_by": proposed[:2]}
            case "merger":
                return {"replaced_by": [self.dice.choice(others)["task_id"]] if others else []}
            case "regrouping":
                return {"work_group": self.dice.choice(CODES)}
            case _:
                return {}

    async def _ask(self) -> None:
        """A decision is asked for, or a deadline extended in one act."""
        kind = self.dice.choice(DECISIONS)
        states = {"resume": ("paused",), "reopening": ("completed",), "regrouping": ("in_progress", "completed")}
        found = self._task(*states.get(kind, ("assigned", "in_progress", "returned", "submitted")))
        if found is None:
            return
        task, lead, chief = found
        if kind in ("split", "merger") and not self._value(kind, task)["replaced_by"]:
            return
        at, value = f"/tasks/{task['task_id']}", self._value(kind, task)
        if kind == "extension" and self.dice.random() < 0.5:
            await self.send("extend", chief, f"{at}/extend", value | {"reason": "Khó khăn"})
        else:
            await self.send("ask", lead, f"{at}/decisions", {"kind": kind, "reason": "Cần thiết"} | value)

    async def _answer(self) -> None:
        """What was asked for is decided, and what was granted is taken over or not."""
        waiting = [row for row in self.now.of["decision"] if row["state"] == "asked" or _is_offered(row)]
        if not waiting:
            return
        decision = self.dice.choice(sorted(waiting, key=lambda row: (row["asked_at"], self._number(row))))
        at, chief, kind = f"/decisions/{decision['decision_id']}", self._chief_of(decision["task_id"]), decision["kind"]
        if _is_offered(decision):
            receiver = self.codes[decision["decided"]["organisation"]]
            position = {"responsible_position": {"title": "Trưởng", "organisation": receiver}}
            verb = self.dice.choice(("accept", "accept", "decline"))
            body = position if verb == "accept" else {"reason": "Không thể"}
            await self.send(f"transfer {verb}", receiver, f"{at}/{verb}", body)
        elif self.dice.random() < 0.75:
            await self.send(f"grant {kind}", chief, f"{at}/decide", {"outcome": "granted"})
        elif self.dice.random() < 0.3:
            asker = self.codes[decision["asked_by_organisation_id"]]
            await self.send("take back", asker, f"{at}/withdraw", {})
        else:
            await self.send("refuse", chief, f"{at}/decide", {"outcome": "refused", "reason": "Không đủ"})

    async def _many(self) -> None:
        """One decision over many tasks of a body."""
        tasks = [row for row in self.now.of["task"] if row["status"] in ("assigned", "in_progress")]
        if tasks:
            tasks.sort(key=self._number)
            leads = sorted({row["lead_organisation_id"] for row in tasks})
            lead = self.dice.choice(leads)
            ids = [row["task_id"] for row in tasks if row["lead_organisation_id"] == lead]
            kind = self.dice.choice(("extension", "pause", "regrouping"))
            body = {"kind": kind, "reason": "Cả loạt", "task_ids": ids} | self._value(kind, tasks[0])
            await self.send("many", self.codes[lead], "/decisions", body)

    async def _programme(self) -> None:
        """A programme becomes own or national, or the groups of one are described otherwise."""
        if self.dice.random() < 0.3:
            groups = self.dice.choice((GROUPS, REGROUPED))
            self.taken["regroup parts"] += await self._describe("plan", "P57", work_groups=groups)
        else:
            reach = "national" if self.now.programme("side")["reach"] == "own" else "own"
            self.taken[f"becomes {reach}"] += await self._describe("side", "P57", reach=reach)

    async def _bodies(self) -> None:
        """A body is merged into another one."""
        open_ones = {row["code"] for row in self.now.of["organisation"] if row["ended"] is None}
        pairs = [("77", "77-3", "77-2"), ("77", "77-2", "77-1"), ("P57", "77", "75"), ("P57", "G01", "G06")]
        standing = [pair for pair in pairs if set(pair) <= open_ones]
        if standing:
            chief, former, successor = self.dice.choice(standing)
            path = f"/organisations/{organisation_id(former)}/merge"
            await self.send("merge bodies", chief, path, {"into": successor, "reason": "Hợp nhất"})

    async def _restrict(self) -> None:
        if found := self._task("assigned", "in_progress", "completed"):
            task_id = found[0]["task_id"]
            body = {"classification": "restricted"}
            if await self.send("restrict", found[2], f"/tasks/{task_id}", body, "PATCH"):
                self.restricted.add(task_id)


def _is_offered(decision: Row) -> bool:
    """A transfer that was granted, and that the receiving body has not answered."""
    return decision["kind"] == "transfer" and decision["state"] in ("granted", "granted_otherwise")
