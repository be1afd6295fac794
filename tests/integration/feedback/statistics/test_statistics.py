"""Everyone reads how many cases there were and what became of them, and finds nobody in a small number."""

import asyncio
import csv
import io
from typing import Any

import pytest
from sqlalchemy import text
from tests.integration.feedback.conftest import Service, a_submission, an_assigned_submission, service
from tests.integration.feedback.publication.released import an_answered_case

from sixclear.feedback.statistics.service import keep_day

__all__ = ["service"]

pytestmark = pytest.mark.asyncio


async def told(service: Service, **query: Any) -> Any:
    response = await service.http.get(f"{service.prefix}/statistics", params=query)
    assert response.status_code == 200, response.text
    return response.json()


async def sent(service: Service, times: int, **changes: Any) -> None:
    """So many cases like one, that came in as that one did."""
    known = len(await service.rows("submission"))
    case, _ = await a_submission(service, key=f"{times}-{known}-a-key-of-many", **changes)
    columns = [name for name in (await service.rows("submission"))[0] if name not in ("submission_id", "receipt_hash")]
    names = ", ".join(f'"{name}"' for name in columns)
    copied = f"INSERT INTO submission (submission_id, receipt_hash, {names}) SELECT gen_random_uuid(),"
    copied += f" decode(md5(random()::text), 'hex'), {names} FROM submission, generate_series(2, {times})"
    async with service.database.transaction() as session:
        await session.execute(text(f"{copied} WHERE submission_id = :case"), {"case": case})


async def test_groups_of_few_are_one_row_without_their_names(service: Service) -> None:
    await sent(service, 12, field="science-technology", place="G06")
    await sent(service, 6, field="health", place="G01")
    await sent(service, 2, field="education")
    assert (await told(service))["whole"]["received"] == 0, "the month is not over"
    service.clock.pass_by(days=30)
    table = await told(service, by="field")
    assert (table["year"], table["received_before"], table["whole"]["received"]) == (2025, "2025-12-01", 20)
    assert table["whole"]["overdue"] == 20
    shown = [(one["group"], one["code"], one["name_en"], one["received"]) for one in table["items"]]
    # Two of education would follow from the whole, so those of health are with them.
    assert shown == [("named", "science-technology", "Science and technology", 12), ("others", None, None, 8)]
    by_place = await told(service, by="place", limit=1)
    assert [(one["code"], one["received"]) for one in by_place["items"]] == [("G06", 12)]
    following = await told(service, by="place", limit=1, cursor=by_place["next"])
    assert [(one["group"], one["received"]) for one in following["items"]] == [("others", 8)]
    assert following["next"] is None


async def test_a_small_state_is_not_told_and_does_not_follow(service: Service) -> None:
    await an_answered_case(service, field="health")
    await sent(service, 9, field="health")
    await sent(service, 20, field="education")
    service.clock.pass_by(days=30)
    education, health = (await told(service, by="field"))["items"]
    assert (health["code"], health["received"], health["answered_in_time"]) == ("health", 10, None)
    assert (education["received"], education["answered_in_time"], education["suppressed"]) == (20, None, "too_few")
    assert [health["overdue"], education["overdue"]] == [None, None], "the one that was answered would follow"
    assert health["satisfaction"]["silent"] is None


async def test_a_sealed_initiative_does_not_follow_from_the_whole(service: Service) -> None:
    await sent(service, 7, field="health")
    await sent(service, 9, field="education")
    await a_submission(service, "k" * 20, visibility="sealed", field="health")
    service.clock.pass_by(days=30)
    for by, code in (("field", "education"), ("kind", None), ("month", None)):
        table = await told(service, by=by)
        assert (table["whole"]["received"], table["demonstration"]) == (17, 0)
        assert sum(one["received"] for one in table["items"]) == 17, "what is missing would be the sealed one"
        # The seven of health are with it: alone among the others it would be told.
        shown = [(one["group"], one["code"], one["received"]) for one in table["items"]]
        assert shown == ([("named", code, 9), ("others", None, 8)] if code else [("others", None, 17)])


async def test_figures_of_a_day_do_not_tell_when_a_step_was_taken(service: Service) -> None:
    await sent(service, 7, field="health")
    _, code = await a_submission(service, "k" * 20, field="health")
    service.clock.pass_by(days=30)
    before = await told(service, by="field")
    assert before["items"][0]["closed_without_answer"] == 0
    taken_back = await service.public("/mailbox/withdraw", {"receipt_code": code})
    assert taken_back.status_code == 200, taken_back.text
    service.clock.pass_by(hours=1)
    assert await told(service, by="field") == before
    assert (await told(service, by="kind"))["whole"] == before["whole"]
    service.clock.pass_by(days=1)
    after = await told(service, by="field")
    assert (after["whole"]["closed_without_answer"], after["whole"]["overdue"]) == (1, 7)
    assert {row["day"].isoformat() for row in await service.rows("statistics_day")} == {"2025-12-04"}


async def test_no_reader_chooses_when_the_day_is_counted(service: Service) -> None:
    await sent(service, 7, field="health")
    _, code = await a_submission(service, "k" * 20, field="health")
    service.clock.pass_by(days=30)
    await keep_day(service.database, service.log, service.clock)
    assert await service.rows("statistics_day") == [], "ten in the morning is no longer the start of the day"
    service.clock.pass_by(hours=14, minutes=5)
    for _ in range(2):
        await keep_day(service.database, service.log, service.clock)
    kept = [(row["year"], row["by"]) for row in await service.rows("statistics_day")]
    assert sorted(kept) == [(2025, by) for by in ("field", "kind", "month", "organisation", "place")]
    await service.public("/mailbox/withdraw", {"receipt_code": code})
    assert (await told(service))["whole"]["closed_without_answer"] == 0


async def test_a_first_import_is_seen_at_once(service: Service) -> None:
    service.clock.pass_by(days=30)
    assert (await told(service))["whole"]["received"] == (await told(service, year=2031))["whole"]["received"] == 0
    await sent(service, 7, field="health")
    async with service.database.transaction() as session:
        await session.execute(text("UPDATE submission SET received_at = received_at - interval '30 days'"))
    assert (await told(service))["whole"]["received"] == 7
    assert (await told(service, year=2019))["items"] == []
    assert {row["year"] for row in await service.rows("statistics_day")} == {2025, 2019}


async def test_readers_at_the_same_time_are_told_the_same(service: Service) -> None:
    await sent(service, 7, field="health")
    service.clock.pass_by(days=30)
    tables = await asyncio.gather(*(told(service, by=by) for by in ("field", "kind", "field", "place")))
    assert [table["whole"]["received"] for table in tables] == [7, 7, 7, 7]
    assert len(await service.rows("statistics_day")) == 5


async def test_bodies_stand_by_code_and_are_not_ranked(service: Service) -> None:
    for number in range(6):
        await an_assigned_submission(service, f"{number}-a-key-of-a-sender")
    await sent(service, 6)
    service.clock.pass_by(days=30)
    table = await told(service, by="organisation")
    assert [(one["group"], one["code"], one["received"]) for one in table["items"]] == [
        ("named", "G06", 6),
        ("not_said", None, 6),
    ]
    assert "not ranked" in table["note_en"]
    parameters = (await service.http.get(f"{service.prefix}/openapi.json")).json()["paths"]
    assert "sort" not in str(parameters["/api/feedback/v1/statistics"]["get"]["parameters"])


async def test_open_data_are_the_same_figures_as_files(service: Service) -> None:
    await sent(service, 7, field="health", title="=cmd|' /C calc'!A0")
    service.clock.pass_by(days=30)
    path = f"{service.prefix}/open-data/submissions"
    as_json = await service.http.get(f"{path}.json")
    as_csv = await service.http.get(f"{path}.csv")
    assert as_csv.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(as_csv.content.decode("utf-8-sig"))))
    told_rows = [{name: "" if value is None else str(value) for name, value in row.items()} for row in as_json.json()]
    assert rows == told_rows
    assert {(row["by"], row["group"], row["code"]) for row in rows} == {
        ("all", "whole", ""),
        ("kind", "named", "initiative"),
        ("field", "named", "health"),
        ("place", "not_said", ""),
        ("organisation", "not_said", ""),
        ("month", "named", "2025-11"),
    }
    assert "calc" not in as_csv.text
    again = await service.http.get(f"{path}.csv", headers={"If-None-Match": as_csv.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    await sent(service, 7, field="education")
    service.clock.pass_by(days=31)
    changed = await service.http.get(f"{path}.csv", headers={"If-None-Match": as_csv.headers["etag"]})
    assert changed.status_code == 200
    assert (await service.http.get(f"{path}.json", params={"year": 1999})).status_code == 422
