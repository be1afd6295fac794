"""A count of tasks by hand: rows as the service of tasks has them at an instant, looked through one by one.

It shares nothing with the figures that it is compared with: no event, no counter, no rule of either service.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import text

Row = Mapping[str, Any]
VIETNAM = timezone(timedelta(hours=7))
TABLES = (
    "organisation",
    "programme",
    "task",
    "period",
    "decision",
    "evidence_review",
    "document",
    "budget",
    "budget_amount",
)
_ROWS = text(" UNION ALL ".join(f"SELECT '{table}', to_jsonb(one) FROM {table} one" for table in TABLES))
TYPES = ("law", "decree", "plan")
STANDINGS = ("issued", "not_in_force_yet", "in_force", "replaced", "owed", "overdue")
STAGES = ("requested", "appraised", "approved", "allocated", "disbursed")
PAIRS = {"not_approved": ("requested", "approved"), "undisbursed": ("allocated", "disbursed")}
STATES = ("waiting", "accepted", "refused")
_UNCOUNTED = ("draft", "proposed", "cancelled")


@dataclass(frozen=True)
class Rows:
    """All rows at an instant."""

    at: datetime
    of: Mapping[str, Sequence[Row]]

    @classmethod
    async def read(cls, database: Any, at: datetime) -> "Rows":
        """The rows that a database has now, which is `at`."""
        found: dict[str, list[Row]] = {table: [] for table in TABLES}
        async with database.session() as session:
            for table, row in await session.execute(_ROWS):
                found[table].append(row)
        return cls(at, found)

    def above(self, body: str | None) -> Iterator[str]:
        """A body and every one above it."""
        parents = {row["organisation_id"]: row["parent_id"] for row in self.of["organisation"]}
        while body is not None:
            yield body
            body = parents.get(body)

    def programme(self, slug: str) -> Row:
        """The programme with this slug."""
        return next(row for row in self.of["programme"] if row["slug"] == slug)


@dataclass(frozen=True)
class Asked:
    """What is asked for: one body, programme, group of work or reach, or any of them."""

    organisation: str | None = None
    programme: str | None = None
    group: str | None = None
    reach: str | None = None

    @property
    def query(self) -> dict[str, str]:
        """As it stands in an address."""
        return {name: value for name, value in vars(self).items() if value is not None}


def figures(
    rows: Rows, asked: Asked, *, by: Rows | None = None, known: Rows | None = None, never: Iterable[str] = ()
) -> dict[str, Any]:
    """What a status says of the records; bodies and programmes are those of `by`, where they are of another time.

    Documents and money stand by the days that are `known` now. Tasks that are `never` told of were restricted later:
    nothing is told of their past either.
    """
    return _Count(rows, asked, by or rows, known or rows, frozenset(never)).figures()


class _Count:
    def __init__(self, rows: Rows, asked: Asked, by: Rows, known: Rows, never: frozenset[str]) -> None:
        self.rows, self.asked, self.by, self.known, self.never = rows, asked, by, known, never

    def figures(self) -> dict[str, Any]:
        tasks = [row for row in self.rows.of["task"] if row["status"] not in _UNCOUNTED]
        counted = [row for row in tasks if self._means(row, self._slug(row), row["lead_organisation_id"])]
        if self.asked.group is not None:
            counted = [row for row in counted if row["work_group"] in self._codes()]
        found = _of_tasks(counted, self.rows.at)
        if self.asked.group is None:
            found |= {
                "periods": self._periods(),
                "evidence": self._evidence(),
                "decisions": self._decisions(),
                "documents": self._documents(),
                "budgets": self._budgets(),
            }
        return found

    def _slug(self, row: Row) -> str:
        programmes = {one["programme_id"]: str(one["slug"]) for one in self.rows.of["programme"]}
        return programmes[row["programme_id"]]

    def _codes(self) -> set[str | None]:
        """The group that is asked for, with its parts."""
        assert self.asked.programme is not None
        found: set[str | None] = {self.asked.group}
        for group in self.by.programme(self.asked.programme)["work_groups"] or ():
            if group["code"] == self.asked.group:
                found |= {part["code"] for part in group["parts"]}
        return found

    def _means(self, row: Row, slug: str, body: str | None) -> bool:
        """Whether a record of a programme, at a body, is in the figures that are asked for."""
        if row.get("classification") == "restricted" or row.get("task_id") in self.never:
            return False
        asked = self.asked
        if asked.programme not in {None, slug}:
            return False
        if asked.organisation is not None and asked.organisation not in self.by.above(body):
            return False
        programme = self.by.programme(slug)
        if programme["reach"] != "own":
            return asked.reach != "own"
        if asked.reach == "national":
            return False
        if asked.organisation is not None:
            return programme["owner_organisation_id"] in self.by.above(asked.organisation)
        return asked.reach == "own" or asked.programme is not None

    def _on_tasks(self, table: str) -> list[Row]:
        return [
            row
            for row in self.rows.of[table]
            if not row.get("hidden") and self._means(row, row["programme"], row["organisation_id"])
        ]

    def _periods(self) -> dict[str, int]:
        found = Counter({"due": 0, "on_time": 0, "late": 0, "missing": 0})
        for row in self._on_tasks("period"):
            due, reported = _instant(row["due_at"]), _instant(row["reported_at"])
            locks = _instant(row["locks_at"])
            assert due is not None
            assert locks is not None
            ended_before = row["status"] == "locked" and locks < due and reported is None
            if self.rows.at > due and not ended_before:
                timing = "missing" if reported is None else "on_time" if reported <= due else "late"
                found.update(("due", timing))
        return dict(found)

    def _evidence(self) -> dict[str, int]:
        found = Counter(row["state"] for row in self._on_tasks("evidence_review"))
        return {state: found[state] for state in STATES}

    def _decisions(self) -> dict[str, dict[str, int]]:
        found: dict[str, Counter[str]] = {}
        for row in self._on_tasks("decision"):
            found.setdefault(row["kind"], Counter())[row["state"]] += 1
        return {kind: dict(outcomes) for kind, outcomes in found.items()}

    def _documents(self) -> dict[str, dict[str, int]]:
        found = {of_type: Counter(dict.fromkeys(STANDINGS, 0)) for of_type in TYPES}
        for row in self.known.of["document"]:
            standings = _of_document(row, _day(self.rows.at))
            if row["withdrawn_at"] is None and self._means(row, self._slug(row), row["issuer_organisation_id"]):
                found[row["type"]].update(standings)
        return {of_type: dict(counts) for of_type, counts in found.items()}

    def _budgets(self) -> dict[str, Any]:
        found = _no_money()
        for line in self.known.of["budget"]:
            if line["hidden"] or not self._means(line, line["programme"], line["organisation_id"]):
                continue
            found["lines"] += 1
            entries = [row for row in self.known.of["budget_amount"] if row["budget_id"] == line["budget_id"]]
            held = _held([row for row in entries if not row["hidden"]], _day(self.rows.at))
            for stage, amount in held.items():
                found[stage] = [(found[stage][0] or 0) + amount, found[stage][1] + 1]
            for name, (whole, part) in PAIRS.items():
                if whole in held and part in held:
                    found[name] = [(found[name][0] or 0) + held[whole] - held[part], found[name][1] + 1]
        return found


def _no_money() -> dict[str, Any]:
    return {"lines": 0} | {name: [None, 0] for name in (*STAGES, *PAIRS)}


def _held(entries: Sequence[Row], on: date) -> dict[str, int]:
    corrected = {row["corrects"] for row in entries}
    held: dict[str, int] = {}
    for row in sorted(entries, key=lambda one: (one["dated_on"], one["number"])):
        if row["number"] not in corrected and date.fromisoformat(row["dated_on"]) <= on:
            held[row["stage"]] = row["amount"]
    return held


def _of_document(row: Row, on: date) -> Sequence[str]:
    issued, effective, replaced, due = (
        None if row[name] is None else date.fromisoformat(row[name])
        for name in ("issued_on", "effective_on", "replaced_on", "due_on")
    )
    if issued is None or on < issued:
        return () if due is None else ("owed",) if on <= due else ("overdue",)
    if replaced is not None and on >= replaced:
        return "issued", "replaced"
    return "issued", "in_force" if effective is not None and on >= effective else "not_in_force_yet"


def _of_tasks(tasks: Iterable[Row], at: datetime) -> dict[str, Any]:
    buckets = Counter({"total": 0, "completed": 0, "in_term": 0, "overdue": 0, "recurring": 0})
    in_term = Counter({"on_track": 0, "due_soon": 0, "at_risk": 0, "waiting": 0, "paused": 0})
    overdue = Counter({"late": 0, "waiting": 0, "paused": 0})
    done = Counter({"on_time": 0, "late": 0, "on_time_original": 0, "late_original": 0})
    for task in tasks:
        bucket = _bucket(task, at)
        buckets.update(("total", bucket))
        if bucket == "completed":
            done.update(_done(task))
        elif bucket == "overdue":
            overdue[{"submitted": "waiting", "paused": "paused"}.get(task["status"], "late")] += 1
        elif bucket == "in_term":
            in_term[_standing(task, at)] += 1
    ended = done["on_time"] + done["late"]
    due = ended + buckets["overdue"] - overdue["paused"]
    return {
        "tasks": dict(buckets),
        "in_term_parts": dict(in_term),
        "overdue_parts": dict(overdue),
        "done": dict(done),
        "rates_percent": {
            "done_of_due": _percent(ended, due),
            "overdue_of_due": _percent(due - ended, due),
            "on_time": _percent(done["on_time"], due),
        },
    }


def _bucket(task: Row, at: datetime) -> str:
    if task["kind"] == "recurring":
        return "recurring"
    if task["status"] == "completed":
        return "completed"
    deadline = _instant(task["current_deadline"])
    return "overdue" if deadline is not None and deadline < at else "in_term"


def _done(task: Row) -> Iterator[str]:
    submitted = _instant(task["submitted_at"])
    for name, ending in (("current_deadline", ""), ("original_deadline", "_original")):
        deadline = _instant(task[name])
        if submitted is not None and deadline is not None:
            yield ("on_time" if submitted <= deadline else "late") + ending


def _standing(task: Row, at: datetime) -> str:
    if task["status"] in ("submitted", "paused"):
        return "waiting" if task["status"] == "submitted" else "paused"
    deadline = _instant(task["current_deadline"])
    if deadline is None:
        return "on_track"
    due, left = _day(deadline), (_day(deadline) - _day(at)).days
    expected = task["expected_on"]
    if expected is not None and (date.fromisoformat(expected) - due).days >= 5:
        return "at_risk"
    if left <= 5 and task["percent"] < 80:
        return "at_risk"
    return "due_soon" if left <= 7 else "on_track"


def _percent(part: int, whole: int) -> float | None:
    if whole == 0:
        return None
    return float((Decimal(100 * part) / whole).quantize(Decimal("0.01"), ROUND_HALF_UP))


def _day(at: datetime) -> date:
    return at.astimezone(VIETNAM).date()


def _instant(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)


def answered(status: Mapping[str, Any]) -> dict[str, Any]:
    """The same figures in an answer; what is not known yet, for nothing was heard of it, is none."""
    tasks = status["tasks"]
    found: dict[str, Any] = {
        "tasks": {name: tasks[name] for name in ("total", "completed", "in_term", "overdue", "recurring")},
        **{name: tasks[name] for name in ("in_term_parts", "overdue_parts", "done")},
        "rates_percent": status["rates_percent"],
    }
    if status["filters"]["group"] is None:
        found["periods"] = status["periods"] or {"due": 0, "on_time": 0, "late": 0, "missing": 0}
        found["evidence"] = status["evidence"] or dict.fromkeys(STATES, 0)
        types = (status["documents"] or {"by_type": {}})["by_type"]
        found["documents"] = {of_type: types.get(of_type) or dict.fromkeys(STANDINGS, 0) for of_type in TYPES}
        found["budgets"] = _answered_money(status["budgets"])
        decisions = status["decisions"] or {}
        found["decisions"] = {
            kind: {outcome: n for outcome, n in outcomes.items() if n} for kind, outcomes in decisions.items()
        }
    return found


def _answered_money(budgets: Mapping[str, Any] | None) -> dict[str, Any]:
    if budgets is None:
        return _no_money()
    stages = {name: [budgets[name]["amount"], budgets[name]["lines"]] for name in STAGES}
    pairs = {name: [budgets[name]["difference"], budgets[name]["lines"]] for name in PAIRS}
    return {"lines": budgets["lines"]} | stages | pairs
