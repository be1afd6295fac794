"""A programme adds typed fields to its tasks: checked on every way in, told in public only where they are public."""

from typing import Any
from uuid import UUID

import pytest
from tests.integration.tasks.conftest import Service, an_assigned_task, proposal
from tests.integration.tasks.intake.test_bulk_tasks import send

from sixclear.tasks.organisation.seed import organisation_id

FIELDS: list[dict[str, Any]] = [
    {"name": "commune-code", "kind": "text", "label_vi": "Mã xã", "label_en": "Commune code", "public": True},
    {"name": "cost", "kind": "number", "label_vi": "Chi phí", "unit": "triệu đồng", "public": True, "required": True},
    {"name": "opens", "kind": "date", "label_vi": "Ngày khai trương", "public": True},
    {
        "name": "stage",
        "kind": "choice",
        "label_vi": "Giai đoạn",
        "choices": [{"value": "trial", "label_vi": "Thử nghiệm"}, {"value": "full", "label_vi": "Toàn diện"}],
        "public": True,
    },
    {"name": "urgent", "kind": "yes_no", "label_vi": "Khẩn"},
    {"name": "partner", "kind": "reference", "label_vi": "Đơn vị phối hợp"},
    {"name": "page", "kind": "link", "label_vi": "Trang"},
]
VALUES: dict[str, Any] = {
    "commune-code": "00004",
    "cost": 12.5,
    "opens": "2026-03-01",
    "stage": "trial",
    "urgent": True,
    "partner": "G01",
    "page": "https://example.invalid/x",
}
PUBLIC = {"commune-code": "00004", "cost": 12.5, "opens": "2026-03-01", "stage": "trial"}


async def patch(service: Service, path: str, body: dict[str, Any], code: str = "P57") -> Any:
    headers = service.headers(code) | {"content-type": "application/merge-patch+json"}
    return await service.http.patch(f"{service.prefix}{path}", json=body, headers=headers)


async def with_fields(service: Service) -> None:
    described = await patch(service, "/programmes/plan", {"own_fields": FIELDS})
    assert described.status_code == 200, described.text
    assert [one["name"] for one in described.json()["own_fields"]] == [one["name"] for one in FIELDS]


def codes(response: Any) -> dict[str, str]:
    return {one.get("pointer") or one["parameter"]: one["code"] for one in response.json()["errors"]}


@pytest.mark.asyncio
async def test_values_are_told_to_everyone_where_they_are_public(service: Service) -> None:
    await with_fields(service)
    created = await service.post("P57", "/tasks", proposal(own_fields=VALUES))
    assert created.status_code == 201, created.text
    task = created.json()
    assert task["own_fields"] == PUBLIC
    assert task["inside_fields"].keys() == {"urgent", "partner", "page"}
    shown = await service.get(f"/tasks/{task['task_id']}")
    assert (shown["own_fields"], shown["inside_fields"]) == (PUBLIC, None)
    copied = (await service.get("/tasks", programme="plan", sort="id"))["items"]
    assert [one["own_fields"] for one in copied] == [PUBLIC]
    assert "inside_fields" not in copied[0]
    told = [event.data for event in await service.events() if event.entity_type == "task"]
    assert [data["own_fields"] for data in told] == [PUBLIC] * len(told)
    assert not any("inside_fields" in data for data in told)
    programme = [event.data for event in await service.events() if event.entity_type == "programme"][-1]
    assert {one["name"] for one in programme["own_fields"]} == PUBLIC.keys()


@pytest.mark.asyncio
async def test_every_way_in_checks_the_values(service: Service) -> None:
    task_id = await an_assigned_task(service)
    await with_fields(service)
    wrong = {
        **VALUES,
        "cost": "much",
        "opens": "2026-02-30",
        "stage": "none",
        "urgent": "yes",
        "page": "x",
        "colour": 1,
    }
    expected = {f"#/own_fields/{name}": "value-unfit" for name in ("cost", "opens", "stage", "urgent", "page")}
    expected["#/own_fields/colour"] = "field-unknown"
    for response in (
        await service.post("P57", "/tasks", proposal(external_id="NV-9", own_fields=wrong)),
        await patch(service, f"/tasks/{task_id}", {"own_fields": wrong}),
    ):
        assert (response.status_code, response.json()["code"]) == (422, "own-fields-invalid")
        assert codes(response) == expected
    bulk = await send(
        service, [proposal(external_id="NV-8", own_fields=wrong), proposal(external_id="NV-7", own_fields=VALUES)]
    )
    assert (bulk["rejected"], bulk["created"]) == (1, 1)
    for cost in (2**63, -(10**30)):
        long = await service.post("P57", "/tasks", proposal(external_id="NV-9", own_fields={**VALUES, "cost": cost}))
        assert (long.status_code, codes(long)) == (422, {"#/own_fields/cost": "value-unfit"}), cost
    missing = await service.post("P57", "/tasks", proposal(external_id="NV-9"))
    assert codes(missing) == {"#/own_fields/cost": "value-missing"}
    nowhere = await service.post("P57", "/tasks", proposal(external_id="NV-9", own_fields={**VALUES, "partner": "X99"}))
    assert (nowhere.status_code, nowhere.json()["code"]) == (422, "reference-unknown")


@pytest.mark.asyncio
async def test_values_stay_where_nothing_is_said_of_them(service: Service) -> None:
    await with_fields(service)
    task = (await service.post("P57", "/tasks", proposal(own_fields=VALUES))).json()
    path = f"/tasks/{task['task_id']}"
    again = await service.post("P57", "/tasks", proposal(title="Tên mới"))
    assert (again.status_code, again.json()["own_fields"]) == (200, PUBLIC)
    assert again.json()["inside_fields"] == task["inside_fields"]
    changed = await patch(service, path, {"own_fields": {"stage": "full", "opens": None}})
    assert changed.json()["own_fields"] == {"commune-code": "00004", "cost": 12.5, "stage": "full"}
    assert changed.json()["inside_fields"] == task["inside_fields"]
    same = await patch(service, path, {"own_fields": {"stage": "full"}})
    assert same.json()["version"] == changed.json()["version"]


@pytest.mark.asyncio
async def test_lists_are_narrowed_by_a_public_value(service: Service) -> None:
    await with_fields(service)
    for number, stage in enumerate(("trial", "full", "trial")):
        values = {"cost": number, "stage": stage, "urgent": True}
        await service.post("P57", "/tasks", proposal(external_id=f"NV-{number}", own_fields=values))
    for asked, keys in (("stage:trial", {"NV-0", "NV-2"}), ("cost:1", {"NV-1"}), ("cost:7", set())):
        found = await service.get("/tasks", programme="plan", own_field=asked)
        assert {item["external_id"] for item in found["items"]} == keys
    odd = ("cost:1.0e999", "cost:1_0", "cost: 1", "cost:+1", "cost:01", "cost:nan", "cost:١")
    for asked in ("urgent:true", "colour:red", "cost:many", f"cost:{10**30}", "stage", *odd):
        refused = await service.http.get("/api/tasks/v1/tasks", params={"programme": "plan", "own_field": asked})
        assert (refused.status_code, refused.json()["code"]) == (422, "own-fields-invalid"), asked
        (error,) = refused.json()["errors"]
        assert (error["parameter"], error["in"], "pointer" in error) == ("own_field", "query", False)
    nowhere = await service.http.get("/api/tasks/v1/tasks", params={"own_field": "stage:trial"})
    assert (nowhere.status_code, nowhere.json()["errors"][0]["code"]) == (422, "programme-missing")
    assert (await service.get("/tasks", programme="plan", own_field="cost:1e0"))["total"] == 1


@pytest.mark.asyncio
async def test_a_value_that_is_refused_is_told_what_is_taken(service: Service) -> None:
    await with_fields(service)
    wrong = {**VALUES, "stage": "none", "urgent": "yes", "stages": "full"}
    refused = await service.post("P57", "/tasks", proposal(own_fields=wrong))
    said = {one["pointer"].rpartition("/")[2]: one["detail"] for one in refused.json()["errors"]}
    assert said["stage"] == "Choose one of `full`, `trial`."
    assert said["urgent"] == "Write true or false."
    assert "Did you mean `stage`?" in said["stages"]


@pytest.mark.asyncio
async def test_lists_are_narrowed_by_a_body_that_a_field_names(service: Service) -> None:
    """By its identifier or any code, as everywhere; one that is not known is refused, not a list without tasks."""
    fields = [{"name": "partner", "kind": "reference", "label_vi": "Đơn vị phối hợp", "public": True}]
    assert (await patch(service, "/programmes/plan", {"own_fields": fields})).status_code == 200
    for key, body in (("NV-1", "G01"), ("NV-2", "75")):
        created = await service.post("P57", "/tasks", proposal(external_id=key, own_fields={"partner": body}))
        assert created.json()["own_field_organisations"]["partner"]["code"] == body, created.text
    for asked in ("g01", str(organisation_id("G01"))):
        found = await service.get("/tasks", programme="plan", own_field=f"partner:{asked}")
        assert [item["external_id"] for item in found["items"]] == ["NV-1"], asked
    for asked in ("X99", str(UUID(int=4)), ""):
        params = {"programme": "plan", "own_field": f"partner:{asked}"}
        refused = await service.http.get("/api/tasks/v1/tasks", params=params)
        assert (refused.status_code, refused.json()["code"]) == (422, "reference-unknown"), asked
        assert refused.json()["errors"][0]["parameter"] == "own_field"


@pytest.mark.asyncio
async def test_a_field_that_is_required_later_stops_no_other_change(service: Service) -> None:
    """What must not be public is never stuck there."""
    task_id = await an_assigned_task(service)
    await with_fields(service)
    for change in ({"title": "Tên khác"}, {"classification": "restricted"}, {"classification": "public"}):
        changed = await patch(service, f"/tasks/{task_id}", change)
        assert changed.status_code == 200, changed.text
    for values, expected in (({"urgent": True}, 422), ({"urgent": True, "cost": 3}, 200), ({"cost": None}, 422)):
        assert (await patch(service, f"/tasks/{task_id}", {"own_fields": values})).status_code == expected
    shown = (await patch(service, f"/tasks/{task_id}", {"title": "Tên cũ"})).json()
    assert (shown["own_fields"], shown["inside_fields"]) == ({"cost": 3}, {"urgent": True})


@pytest.mark.asyncio
async def test_a_field_that_is_there_keeps_what_values_hang_on(service: Service) -> None:
    await with_fields(service)
    opened = {"slug": "plan", "name_vi": "Kế hoạch", "name_en": "Plan", "resolution": "57-NQ/TW", "owner": "P57"}
    kept = await service.post("P57", "/programmes", opened)
    assert [one["name"] for one in kept.json()["own_fields"]] == [one["name"] for one in FIELDS]
    more = [{**FIELDS[0], "label_en": "Code", "required": True}, *FIELDS[1:], {**FIELDS[0], "name": "new"}]
    assert (await patch(service, "/programmes/plan", {"own_fields": more})).status_code == 200
    for described, expected in (
        (more[1:], {"#/own_fields": "field-gone"}),
        ([{**more[0], "public": False}, *more[1:]], {"#/own_fields/0": "field-fixed"}),
        (
            [{**more[0], "unit": "kg"}, *more[1:]],
            {"#/own_fields/0": "field-fixed", "#/own_fields/0/unit": "unit-unfit"},
        ),
        ([*more, more[0]], {f"#/own_fields/{len(more)}/name": "name-repeated"}),
        ([*more, {**FIELDS[3], "name": "odd", "choices": []}], {f"#/own_fields/{len(more)}/choices": "choices-unfit"}),
        (
            [*more[:3], {**more[3], "choices": more[3]["choices"][:1]}, *more[4:]],
            {"#/own_fields/3/choices": "choice-gone"},
        ),
    ):
        refused = await patch(service, "/programmes/plan", {"own_fields": described})
        assert (refused.status_code, refused.json()["code"]) == (422, "own-fields-refused")
        assert codes(refused) == expected
