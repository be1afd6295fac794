"""Documents and money of a made-up history: entered late, owed, corrected, and taken out."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from random import Random
from typing import Any, Protocol

from tests.integration.counted_by_hand import STAGES, TYPES, Row, Rows
from tests.integration.tasks.conftest import Service

from sixclear.common.clock import civil_date


class Told(Protocol):
    """What is asked of the history."""

    service: Service
    dice: Random
    number: int
    codes: dict[str, str]

    @property
    def now(self) -> Rows: ...

    async def send(self, kind: str, client: str, path: str, body: Any, method: str = "POST") -> bool: ...


class Results:
    """Documents and money of its programmes; `bodies` are those that have its tasks."""

    def __init__(self, history: Told, bodies: Mapping[str, Sequence[str]]) -> None:
        self.history, self.dice, self.bodies = history, history.dice, bodies

    async def document(self) -> None:
        """A document is entered, late or as one that is owed; it is issued, replaces another one, or leaves."""
        known = [row for row in self.history.now.of["document"] if row["withdrawn_at"] is None]
        known.sort(key=lambda row: str(row["subject"]))
        self.history.number += 1
        number = f"{self.history.number:04}"
        if known and self.dice.random() < 0.2:
            row = self.dice.choice(known)
            at = f"/documents/{row['document_id']}/withdraw"
            await self.history.send("document withdraw", self._owner_of(row), at, {"reason": "Nhầm"})
            return
        owed = [row for row in known if row["number"] is None]
        if owed and self.dice.random() < 0.4:
            row = self.dice.choice(owed)
            issued = {"number": f"{number}/VB", "issued_on": self._day(-3), "effective_on": self._day(5)}
            at = f"/documents/{row['document_id']}"
            await self.history.send("document issue", self._owner_of(row), at, issued, "PATCH")
            return
        programme = self.dice.choice(list(self.bodies))
        entry: dict[str, Any] = {
            "programme": programme,
            "type": self.dice.choice(TYPES),
            "issuer": self.dice.choice(self.bodies[programme]),
            "subject": f"Văn bản {number}",
        }
        if known and self.dice.random() < 0.3:
            entry |= {"details_id": self.dice.choice(known)["document_id"], "due_on": self._day(9, -9)}
        else:
            replaces = [row["document_id"] for row in known if row["number"] is not None][:1]
            entry |= {"number": f"{number}/VB", "issued_on": self._day(0, -40), "effective_on": self._day(9, -40)}
            entry["replaces"] = replaces if self.dice.random() < 0.5 else []
        owner = self._owner_of(self.history.now.programme(programme))
        await self.history.send("document", owner, "/documents", entry)

    async def money(self) -> None:
        """A line of a programme or of a task is opened; a stage of one gets an amount, or a wrong entry is mended."""
        lines = sorted(self.history.now.of["budget"], key=self._place)
        if not lines or self.dice.random() < 0.35:
            await self._open()
            return
        line = self.dice.choice(lines)
        self.history.number += 1
        entry: dict[str, Any] = {
            "stage": self.dice.choice(STAGES),
            "amount": self.dice.randint(0, 10**13),
            "dated_on": self._day(0, -60),
            "document": f"{self.history.number}/QĐ",
        }
        entries = [row for row in self.history.now.of["budget_amount"] if row["budget_id"] == line["budget_id"]]
        kind = "money"
        if entries and self.dice.random() < 0.3:
            wrong = self.dice.choice(sorted(entries, key=lambda row: int(row["number"])))
            entry |= {"stage": wrong["stage"], "corrects": wrong["number"], "reason": "Nhầm"}
            kind = "money corrected"
        await self.history.send(kind, self._owner_of(line), f"/budgets/{line['budget_id']}/amounts", entry)

    async def _open(self) -> None:
        programme = self.dice.choice(list(self.bodies))
        line: dict[str, Any] = {
            "organisation": self.dice.choice(self.bodies[programme]),
            "year": self.dice.choice((2025, 2026)),
            "source": self.dice.choice(("Trung ương", "Địa phương")),
        }
        tasks = sorted(self.history.now.of["task"], key=lambda row: int(row["external_id"][3:]))
        if tasks and self.dice.random() < 0.6:
            task = self.dice.choice(tasks)
            line["task_id"] = task["task_id"]
            owner = self._owner_of(task)
        else:
            line["programme"] = programme
            owner = self._owner_of(self.history.now.programme(programme))
        await self.history.send("money line", owner, "/budgets", line)

    def _place(self, line: Row) -> tuple[Any, ...]:
        """Which line it is: identifiers are others in each run."""
        tasks = {row["task_id"]: str(row["external_id"]) for row in self.history.now.of["task"]}
        body = self.history.codes[line["organisation_id"]]
        return line["programme"], tasks.get(line["task_id"], ""), body, line["year"], line["source"]

    def _owner_of(self, row: Row) -> str:
        programmes = {one["programme_id"]: one["owner_organisation_id"] for one in self.history.now.of["programme"]}
        return self.history.codes[programmes[row["programme_id"]]]

    def _day(self, latest: int, earliest: int | None = None) -> str:
        """A day so many days from now, or between two such days."""
        days = latest if earliest is None else self.dice.randint(earliest, latest)
        return (civil_date(self.history.service.clock.now) + timedelta(days=days)).isoformat()
