"""Simulated lives: as many events as were said, by the rules of tasks, and the rows that the service writes."""

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sixclear.common.db import dump_json
from sixclear.common.folding import fold
from sixclear.common.ids import stable_id
from sixclear.tasks.programme.rules import ProgrammeFacts
from sixclear.tasks.simulation.lives import EVENTS_IN_A_ROW, TASKS_IN_A_ROW, Commune, Country, Life, live
from sixclear.tasks.simulation.rows import COLUMNS, rows_of
from sixclear.tasks.task.models import Evidence, ProgressReport, Task
from sixclear.tasks.task.recording import event_data, event_json
from sixclear.tasks.task.service.describe import keyed_task_id

NOW = datetime(2026, 11, 29, 3, 0, tzinfo=UTC)
COMMUNES = [Commune.of(stable_id("organisation", str(n)), f"Xã Ðắk Nông {n}") for n in range(7)]


def country(seed: int = 1) -> Country:
    owner = stable_id("organisation", "G06")
    return Country(seed, stable_id("programme", "x"), ProgrammeFacts("x", owner), COMMUNES, NOW)


def lives(count: int, seed: int = 1) -> list[Life]:
    return [live(country(seed), number, keyed_task_id) for number in range(count)]


def read(table: str, made: list[Life]) -> list[dict[str, str]]:
    """The lines of a table by column; nothing in them is escaped."""
    lines = rows_of(made, NOW).copy_texts()[table].decode().splitlines()
    return [dict(zip(COLUMNS[table], line.split("\t"), strict=True)) for line in lines]


def test_twenty_tasks_have_sixty_events_and_every_commune_its_share() -> None:
    made = lives(10 * TASKS_IN_A_ROW)
    assert sum(len(life.steps) for life in made) == 10 * EVENTS_IN_A_ROW
    by_commune = [
        sum(life.steps[-1].task.lead_organisation_id == one.organisation_id for life in made) for one in COMMUNES
    ]
    assert max(by_commune) - min(by_commune) <= 1


def test_the_same_seed_gives_the_same_rows_and_another_one_others() -> None:
    first, again, other = lives(40), lives(40), lives(40, seed=2)
    assert rows_of(first, NOW).copy_texts() == rows_of(again, NOW).copy_texts()
    known = {life.steps[0].task.task_id for life in first}
    assert not known & {life.steps[0].task.task_id for life in other}


def test_versions_have_no_holes_and_no_fact_lies_ahead_or_before_the_one_before() -> None:
    for life in lives(200):
        assert [step.task.version for step in life.steps] == list(range(1, len(life.steps) + 1))
        assert [step.previous for step in life.steps] == [None, *range(1, len(life.steps))]
        times = [step.occurred_at for step in life.steps]
        assert times == sorted(times)
        assert NOW - timedelta(days=501) < times[0] <= times[-1] <= NOW


def test_an_event_says_what_the_service_says() -> None:
    made = lives(200)
    steps = [step for life in made for step in life.steps]
    for step, row in zip(steps, read("event", made), strict=True):
        wanted = event_data(step.task, step.change, None).model_dump(mode="json")
        assert json.loads(row["data"]) == wanted
        assert json.loads(dump_json(event_json(step.task, step.change, None))) == wanted
        assert UUID(row["entity_id"]) == step.task.task_id
        assert row["published"] == "t"


def test_a_task_is_found_by_the_text_that_the_service_would_have_stored() -> None:
    for row in read("task", lives(200)):
        assert row["search_text"] == fold(f"{row['code']} {row['title']}")


def test_every_column_of_a_row_is_written_or_is_empty_in_every_new_one() -> None:
    empty = {"duplicate_of", "returned_at"}, set[str](), {"sha256", "file_id", "document_id", "period", "proves"}
    for model, may_be_empty in zip((Task, ProgressReport, Evidence), empty, strict=True):
        columns = {column.key for column in model.__table__.columns}
        assert columns - {*COLUMNS[model.__tablename__]} == may_be_empty
