"""What the rules exclude, whatever was asked for: read from the rows and the events, and compared with the model."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text
from tests.integration.tasks.conftest import Service
from tests.integration.tasks.life_states import OF_COMPLETED, OPEN, WORKED_ON, Life, Rows

from sixclear.tasks.events import EVENTS
from sixclear.tasks.organisation.seed import organisation_id

HANGING = ("milestone", "decision", "period", "evidence_review")
TABLES = ("task", *HANGING, "progress_report", "evidence")

_ROWS = " UNION ALL ".join(
    f"SELECT '{table}', to_jsonb(one) FROM {table} one WHERE task_id = ANY(:ids)" for table in TABLES
)
_KEPT = text(f"{_ROWS} UNION ALL SELECT 'event', jsonb_build_object('count', count(*)) FROM event")
_EVENTS = text(
    """SELECT entity_type, entity_id::text, version, previous_version, change, data, published, occurred_at, recorded_at
       FROM event WHERE (data->>'task_id')::uuid = ANY(:ids) ORDER BY event_id"""
)


async def kept(service: Service, lives: Sequence[Life]) -> Rows:
    """All rows of these tasks, and how many events there are."""
    async with service.database.session() as session:
        found = await session.execute(_KEPT, {"ids": [life.task_id for life in lives]})
        rows: dict[str, list[dict[str, Any]]] = {table: [] for table in (*TABLES, "event")}
        for table, row in sorted(found, key=str):
            rows[table].append(row)
        return rows


def check_rows(lives: Sequence[Life], rows: Rows, now: datetime) -> None:
    """The tasks are as the model says, and what hangs on each is in a state that its task allows."""
    tasks = {row["task_id"]: row for row in rows["task"]}
    for life in lives:
        task = tasks[life.task_id]
        told = {
            "status": task["status"],
            "original": _instant(task["original_deadline"]),
            "current": _instant(task["current_deadline"]),
            "found": task["status_before_pause"],
            "accept_by": _instant(task["accept_by"]),
            "accepted": _instant(task["accepted_at"]),
            "objected": _instant(task["objected_at"]),
            "percent": task["percent"],
            "evidence": task["evidence_count"],
            "lead": task["lead_organisation_id"],
            "others": sorted(task["coordinating_organisation_ids"]),
            "replaced_by": task["replaced_by"],
            "restricted": task["classification"] == "restricted",
        }
        expected = {name: getattr(life, name) for name in told}
        expected["lead"] = str(organisation_id(life.lead))
        expected["others"] = sorted(str(organisation_id(one)) for one in life.others)
        different = {name: (told[name], expected[name]) for name in told if told[name] != expected[name]}
        assert not different, f"{life.name}: as the row says and as the model says {different}"
        _check_task(life, task)
        _check_pauses(life, rows, now)
        for table in HANGING:
            for row in (one for one in rows[table] if one["task_id"] == life.task_id):
                _check_hanging(table, task, row)
        _check_decisions(life, [one for one in rows["decision"] if one["task_id"] == life.task_id])


def _check_task(life: Life, task: dict[str, Any]) -> None:
    status, current, since = task["status"], _instant(task["current_deadline"]), _instant(task["paused_since"])
    assert (status == "paused") == (since is not None) == (task["status_before_pause"] is not None), life.name
    if since is not None and current is not None:
        assert current < since, "only a deadline that was over stays in a pause"
    if not life.recurring and status in OPEN:
        assert task["original_deadline"] is not None, f"{life.name} lost its original deadline"
        assert current is not None or status == "paused", f"{life.name} has no deadline"
    assert (status == "completed") == (task["completed_at"] is not None), life.name
    assert (status == "cancelled") == (task["cancelled_at"] is not None), life.name
    assert task["replaced_by"] is None or status == "cancelled", "only what was split or merged is replaced"
    if status == "completed":
        doers = {task["lead_organisation_id"], *task["coordinating_organisation_ids"]}
        assert task["completed_by_organisation_id"] not in doers, "the doer never confirms"
    if status in ("submitted", "completed"):
        assert task["evidence_count"] > 0
        assert task["submitted_at"] is not None
        assert (life.recurring, task["percent"]) == (False, 100)


def _check_pauses(life: Life, rows: Rows, now: datetime) -> None:
    """No deadline is crossed in a pause, and what it stopped goes on where its window does."""
    for row in (one for one in rows["milestone"] if one["task_id"] == life.task_id):
        due = _instant(row["current_deadline"])
        assert due is not None
        if row["reached_at"] is None and row["lapsed_at"] is None:
            crossed = [one for one in life.pauses if one[0] <= due <= one[1]]
            assert not crossed, "a milestone that was due in a pause is due after it"
    for row in (one for one in rows["period"] if one["task_id"] == life.task_id):
        due, locked = _instant(row["due_at"]), _instant(row["locks_at"])
        assert due is not None
        assert locked is not None
        stopped = row["status"] == "locked" and row["reported_at"] is None and locked < due
        assert not (stopped and due > now and life.status in WORKED_ON), "each period goes on after a pause"


def _check_hanging(table: str, task: dict[str, Any], row: dict[str, Any]) -> None:
    assert row["classification"] == task["classification"], f"{table} is seen as its task"
    closed: dict[str, object] = {"period": row.get("status") not in ("open", "missed", "returned")}
    closed |= {"milestone": row.get("reached_at") or row.get("lapsed_at")}
    closed |= {"evidence_review": row.get("state") != "waiting", "decision": row.get("state") != "asked"}
    is_open = not closed[table]
    # A period that was missed or sent back stays with the body whose period it was.
    if is_open and task["status"] in OPEN and row.get("status", "open") == "open":
        assert row["organisation_id"] == task["lead_organisation_id"], f"an open {table} goes with its task"
    if is_open and table == "period":
        assert task["status"] in OPEN, "nothing is to be reported of a task that is over"
    if table == "milestone":
        over = task["status"] in ("completed", "cancelled")
        assert is_open != (over or row["reached_at"] is not None), "what was not reached lapses with its task"
    if is_open and table == "evidence_review":
        assert task["status"] != "completed", "a confirmation decides on what waits"


def _check_decisions(life: Life, decisions: Sequence[dict[str, Any]]) -> None:
    waiting = {
        one["kind"]: one["decision_id"]
        for one in decisions
        if one["state"] == "asked" or (one["kind"] == "transfer" and one["state"] in ("granted", "granted_otherwise"))
    }
    assert waiting == {kind: one.decision_id for kind, one in life.open.items()}, life.name
    assert life.status != "cancelled" or not waiting
    assert life.status != "completed" or waiting.keys() <= set(OF_COMPLETED)
    for one in decisions:
        of_ended = one["kind"] == "transfer" and one["part_of"] is not None
        in_one_act = (one["kind"] == "extension" or of_ended) and one["asked_at"] == one["decided_at"]
        alone = life.own and one["asked_by_organisation_id"] == str(organisation_id("P57"))
        assert alone or in_one_act or one["decided_by_organisation_id"] != one["asked_by_organisation_id"], (
            "never by the asker"
        )


async def check_events(service: Service, lives: Sequence[Life], rows: Rows) -> None:
    """Each event is one of the contract, in its order; the last of each entity is the version of its row."""
    async with service.database.session() as session:
        events = (await session.execute(_EVENTS, {"ids": [life.task_id for life in lives]})).mappings().all()
    told: dict[tuple[str, str], tuple[int, int | None]] = {}
    for event in events:
        key = event["entity_type"], event["entity_id"]
        before, public = told.get(key, (0, None))
        assert (event["version"], event["previous_version"]) == (before + 1, public), (key, event["change"])
        told[key] = event["version"], event["version"] if event["published"] else public
        assert event["occurred_at"] <= event["recorded_at"], key
        kind = EVENTS.kind(event["entity_type"])
        assert kind is not None
        assert event["change"] in kind.changes, key
        if event["change"] == kind.withdrawal:
            assert all(name == "change" or name.endswith("_id") for name in event["data"]), "only identifiers are left"
        else:
            kind.data.model_validate(event["data"])
    names = {"task": "task_id", "evidence_review": "evidence_id"} | {
        one: f"{one}_id" for one in ("milestone", "decision", "period")
    }
    for table, name in names.items():
        for row in rows[table]:
            key = table.removesuffix("_review"), row[name]
            assert told.get(key, (0, None)) == (row["version"], row["published_version"]), key


def total(lives: Sequence[Life]) -> int:
    """How many tasks are counted."""
    return sum(life.status in (*OPEN, "completed") for life in lives)


def _instant(told: str | None) -> datetime | None:
    return None if told is None else datetime.fromisoformat(told)
