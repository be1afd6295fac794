"""The published figures come out of the records, in one process and on a cluster."""

from decimal import Decimal
from typing import Any

import pytest
from tests.e2e.platforms import Platform

pytestmark = pytest.mark.slow

FIRST_REVIEW = "2025-12-04T17:00:00+07:00"
END_OF = "{}T23:59:59.999999+07:00"


def shares(status: Any) -> dict[str, Decimal]:
    """The shares as they are shown."""
    return {name: Decimal(str(value)) for name, value in status["shares_percent"].items()}


@pytest.mark.asyncio
async def test_the_review_of_4_december_2025(platform: Platform) -> None:
    status = await platform.status(programme="nq57-central", as_of=FIRST_REVIEW)
    tasks = status["tasks"]
    waiting = tasks.pop("awaiting_confirmation"), tasks.pop("overdue_handed_in_on_time")
    judged = tasks.pop("completed_on_time"), tasks.pop("completed_late")
    parts = {bucket: tasks.pop(f"{bucket}_parts") for bucket in ("in_term", "overdue")}
    done = tasks.pop("done")
    assert tasks == {
        "total": 1287,
        "completed": 601,
        "in_term": 404,
        "overdue": 104,
        "recurring": 178,
        "remaining_this_year": 472,
        "remaining_overdue": 104,
        "remaining_overdue_of_earlier_years": 0,
        "remaining_not_due": 368,
    }
    assert waiting == (0, 0)
    assert sum(judged) == 601
    assert {bucket: sum(one.values()) for bucket, one in parts.items()} == {"in_term": 404, "overdue": 104}
    assert (done["on_time"], done["late"]) == judged
    assert done["on_time_original"] + done["late_original"] == 601
    due = 601 + 104 - parts["overdue"]["paused"]
    assert status["denominators"]["rates_percent"]["value"] == due
    assert status["rates_percent"]["done_of_due"] == round(60_100 / due, 2)
    assert shares(status) == {
        "completed": Decimal("46.70"),
        "in_term": Decimal("31.39"),
        "overdue": Decimal("8.08"),
        "recurring": Decimal("13.83"),
    }


@pytest.mark.asyncio
async def test_the_review_of_25_december_2025(platform: Platform) -> None:
    tasks = (await platform.status(programme="nq57-central", as_of=END_OF.format("2025-12-25")))["tasks"]
    assert (tasks["total"], tasks["in_term"] + tasks["overdue"]) == (1298, 71)
    assert tasks["completed"] + tasks["recurring"] == 1227
    assert (tasks["completed"], tasks["recurring"]) == (1049, 178)


@pytest.mark.asyncio
async def test_sixty_tasks_were_completed_between_the_sessions(platform: Platform) -> None:
    before = await platform.status(programme="nq57-central", as_of=END_OF.format("2025-07-19"))
    after = await platform.status(programme="nq57-central", as_of=END_OF.format("2025-09-23"))
    assert after["tasks"]["completed"] - before["tasks"]["completed"] == 60


@pytest.mark.asyncio
async def test_hanoi_on_14_november_2025(platform: Platform) -> None:
    day = END_OF.format("2025-11-14")
    overdue = {
        level: (await platform.status(organisation="01", as_of=day, **narrow))["tasks"]["overdue"]
        for level, narrow in {
            "all": {},
            "central": {"assigned_by": "central"},
            "city": {"assigned_by": "province"},
            "national": {"reach": "national"},
            "own": {"reach": "own"},
        }.items()
    }
    assert overdue == {"all": 30, "central": 12, "city": 18, "national": 12, "own": 18}
    communes = await platform.get("/api/tasks/v1/organisations", parent="01", level="commune", limit="200")
    assert len(communes["items"]) == 126


@pytest.mark.asyncio
async def test_the_country_contains_no_work_of_a_province(platform: Platform) -> None:
    for moment in ({}, {"as_of": END_OF.format("2025-11-14")}):
        country = await platform.status(**moment)
        national = await platform.status(reach="national", **moment)
        parts = [await platform.status(programme=slug, **moment) for slug in ("nq57-central", "demonstration")]
        assert country["filters"]["reach"] == national["filters"]["reach"] == "national"
        assert country["tasks"]["total"] == national["tasks"]["total"] == sum(one["tasks"]["total"] for one in parts)
        city = await platform.status(programme="hanoi-57", **moment)
        assert city["filters"]["reach"] == "own"
        assert city["tasks"] == (await platform.status(organisation="01", reach="own", **moment))["tasks"]
        assert (await platform.status(organisation="01", **moment))["filters"]["reach"] == "both"


@pytest.mark.asyncio
async def test_databases_of_the_two_lists(platform: Platform) -> None:
    databases = (await platform.status(as_of=FIRST_REVIEW))["databases"]
    plan_02 = databases["plan-02"]
    assert plan_02["total"] == 12
    assert (plan_02["formed_centralised"], plan_02["deploying_digitised_only"], plan_02["not_deployed"]) == (4, 5, 3)
    resolution_71 = databases["resolution-71"]
    assert resolution_71["total"] == 105
    assert (resolution_71["formed_centralised"], resolution_71["deploying_foundation"]) == (31, 36)
    assert resolution_71["at_risk"] == 38
    assert databases["registered_not_approved"] == {"databases": 18, "organisations": 7}


@pytest.mark.asyncio
async def test_eighteen_databases_of_seven_ministries_are_not_approved_with_names_and_reasons(
    platform: Platform,
) -> None:
    """The committee's question, answered by the dossiers themselves; monitoring counts the same ones."""
    page = await platform.get("/api/catalog/v1/dossiers", waiting="true", kind="database", limit="200")
    assert (page["total"], page["organisations"], len(page["items"])) == (18, 7, 18)
    assert {"databases": page["total"], "organisations": page["organisations"]} == (await platform.status())[
        "databases"
    ]["registered_not_approved"]
    assert len({dossier["owner"]["name_vi"] for dossier in page["items"]}) == 7
    assert len({dossier["code"] for dossier in page["items"]}) == 18
    for dossier in page["items"]:
        assert (dossier["turn"], dossier["why"]) == ("owner", ["returned", "documents_missing"])
        assert dossier["waiting"]["working_days"] > 0
        missing = [document for document in dossier["documents"] if document["state"] == "missing"]
        assert len(missing) == dossier["counts"]["missing"] == dossier["registration"]["missing_documents"] > 0
        assert all(document["asked_by"] and document["asked_at"] == document["since"] for document in missing)


@pytest.mark.asyncio
async def test_live_figures_equal_the_figures_as_of_now(platform: Platform) -> None:
    await platform.settled()
    live = await platform.status(programme="nq57-central")
    past = await platform.status(programme="nq57-central", as_of=live["as_of"])
    assert (live["tasks"], live["shares_percent"]) == (past["tasks"], past["shares_percent"])
    assert live["rates_percent"] == past["rates_percent"]
    assert live["databases"] == past["databases"]
    assert live["feedback"] == past["feedback"]


@pytest.mark.asyncio
async def test_the_timeline_says_the_same_as_each_day(platform: Platform) -> None:
    timeline = await platform.get(
        "/api/monitoring/v1/timeline", programme="nq57-central", **{"from": "2025-11-13", "to": "2025-12-26"}
    )
    points = {point["date"]: point for point in timeline["points"]}
    assert len(points) == 44
    for day in ("2025-11-14", "2025-12-25"):
        tasks = (await platform.status(programme="nq57-central", as_of=END_OF.format(day)))["tasks"]
        assert {name: points[day][name] for name in tasks if name in points[day]} == {
            name: value for name, value in tasks.items() if name in points[day]
        }


@pytest.mark.asyncio
async def test_all_34_units_are_on_the_map(platform: Platform) -> None:
    units = (await platform.get("/api/monitoring/v1/provinces", as_of=FIRST_REVIEW))["items"]
    assert len(units) == 34
    assert sum(unit["total"] for unit in units) > 0


@pytest.mark.asyncio
async def test_something_is_due_late_and_done_today(platform: Platform) -> None:
    status = await platform.status(programme="demonstration")
    tasks, feedback = status["tasks"], (await platform.status())["feedback"]
    assert min(tasks["overdue"], tasks["in_term"], tasks["completed"], tasks["recurring"]) > 0
    assert min(feedback["in_time"], feedback["due_soon"], feedback["overdue"], feedback["answered"]) > 0


@pytest.mark.asyncio
async def test_each_decision_each_state_of_evidence_and_each_fate_of_a_period_is_there(platform: Platform) -> None:
    status = await platform.status()
    assert min(status["periods"][name] for name in ("on_time", "late", "missing")) > 0
    assert {kind for kind, outcomes in status["decisions"].items() if not sum(outcomes.values())} == set()
    assert min(status["evidence"].values()) > 0
    own = await platform.status(programme="hanoi-57")
    assert sum(sum(outcomes.values()) for outcomes in own["decisions"].values()) > 5
    fields = (await platform.get("/api/tasks/v1/programmes/hanoi-57"))["own_fields"]
    tasks = (await platform.get("/api/tasks/v1/tasks", programme="hanoi-57"))["items"]
    task = await platform.get(f"/api/tasks/v1/tasks/{tasks[0]['task_id']}")
    assert task["own_fields"].keys() == {field["name"] for field in fields if field["public"]}
