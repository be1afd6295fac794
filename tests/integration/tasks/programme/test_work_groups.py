"""A programme says which groups of work it has; a decision puts a task into one of them, and into no other."""

from typing import Any
from uuid import uuid4

import pytest
from tests.integration.tasks.conftest import Service, an_assigned_task
from tests.integration.tasks.decision.conftest import ask, asked, decide
from tests.integration.tasks.programme.test_own_fields import codes, patch
from tests.integration.tasks.programme.test_remembered_names import a_task_with_a_directive

pytestmark = pytest.mark.asyncio

GROUPS: list[dict[str, Any]] = [
    {
        "code": "the-che",
        "label_vi": "Thể chế",
        "label_en": "Institutions",
        "parts": [
            {"code": "the-che-1", "label_vi": "Văn bản quy phạm"},
            {"code": "the-che-2", "label_vi": "Quy trình"},
        ],
    },
    {"code": "ha-tang", "label_vi": "Hạ tầng", "parts": []},
]


async def with_groups(service: Service) -> None:
    """An own programme with two groups, one of them in two parts."""
    described = await patch(service, "/programmes/plan", {"reach": "own", "work_groups": GROUPS})
    assert described.status_code == 200, described.text


async def test_groups_are_answered_and_told_with_their_labels(service: Service) -> None:
    assert (await service.get("/programmes/plan"))["work_groups"] is None
    await with_groups(service)
    shown = (await service.get("/programmes/plan"))["work_groups"]
    assert [(one["code"], one["label_en"], len(one["parts"])) for one in shown] == [
        ("the-che", "Institutions", 2),
        ("ha-tang", None, 0),
    ]
    event = [event for event in await service.events() if event.entity_type == "programme"][-1]
    assert event.data["work_groups"] == shown
    again = await patch(service, "/programmes/plan", {"name_en": "Own plan"})
    assert again.json()["work_groups"] == shown, "a description that says nothing of them keeps them"


async def test_a_task_is_put_into_a_group_or_a_part_that_is_there(service: Service) -> None:
    task_id = await an_assigned_task(service)
    before = await asked(service, task_id, "regrouping", work_group="nhom-9")
    await with_groups(service)
    late = await decide(service, before)
    assert (late.status_code, late.json()["errors"][0]["code"]) == (422, "group-unknown")
    otherwise = await decide(service, before, "granted_otherwise", work_group="the-che-1", reason="Nhóm 9 không còn")
    assert otherwise.json()["decided"]["work_group"] == "the-che-1"
    unknown = await ask(service, task_id, "regrouping", work_group="nhom-9")
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, "#/work_group")
    granted = await decide(service, await asked(service, task_id, "regrouping", work_group="ha-tang"))
    assert granted.is_success
    assert (await service.get(f"/tasks/{task_id}"))["work_group"] == "ha-tang"


async def test_a_code_is_there_once_and_stays(service: Service) -> None:
    await with_groups(service)
    twice = [*GROUPS, {"code": "the-che-1", "label_vi": "Lần nữa"}]
    gone = [GROUPS[0] | {"parts": GROUPS[0]["parts"][:1]}, GROUPS[1]]
    for described, expected in (
        (twice, {"#/work_groups/0": "code-repeated", "#/work_groups/2": "code-repeated"}),
        (GROUPS[:1], {"#/work_groups": "group-gone"}),
        (gone, {"#/work_groups": "group-gone"}),
    ):
        refused = await patch(service, "/programmes/plan", {"work_groups": described})
        assert (refused.status_code, refused.json()["code"]) == (422, "work-groups-refused")
        assert codes(refused) == expected
    more = [*GROUPS, {"code": "nhan-luc", "label_vi": "Nhân lực"}]
    assert (await patch(service, "/programmes/plan", {"work_groups": more})).status_code == 200


async def test_a_list_is_narrowed_to_a_group_and_to_the_document_that_gave_the_tasks(service: Service) -> None:
    await with_groups(service)
    task_id, directive_id = await a_task_with_a_directive(service)
    other = await an_assigned_task(service, external_id="NV-2")
    for one, group in ((task_id, "the-che-1"), (other, "the-che")):
        assert (await decide(service, await asked(service, one, "regrouping", work_group=group))).is_success

    async def found(**narrowed: str) -> list[str]:
        return [item["task_id"] for item in (await service.get("/tasks", **narrowed))["items"]]

    assert await found(directive=str(directive_id)) == [str(task_id)]
    assert await found(programme="plan", group="the-che") == [str(other)], "a part is a group of its own"
    assert await found(group="the-che-1", directive=str(directive_id)) == [str(task_id)]
    assert await found(group="nhom-9") == []
    unknown = await service.http.get("/api/tasks/v1/tasks", params={"directive": str(uuid4())})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "reference-unknown")
    assert [(one["parameter"], one["code"]) for one in unknown.json()["errors"]] == [("directive", "directive-unknown")]
