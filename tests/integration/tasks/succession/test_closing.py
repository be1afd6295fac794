"""A body is closed, or upgraded."""

import pytest
from tests.integration.tasks.succession.conftest import COMMITTEE_57, COMMITTEE_204, Service, a_task, reach

from sixclear.tasks.organisation.seed import organisation_id

pytestmark = pytest.mark.asyncio
BODY, OTHER = organisation_id(COMMITTEE_57), str(organisation_id(COMMITTEE_204))


async def test_a_body_without_open_work_is_closed(service: Service) -> None:
    closed = await service.post("01", f"/organisations/{BODY}/close", {"reason": "Hoàn thành nhiệm vụ"})
    assert closed.status_code == 200, closed.text
    told = closed.json()
    assert (told["ended"], told["successor"], told["decision_id"]) == ("closed", None, None)
    assert told["codes"] == [COMMITTEE_57], "no other organisation has its code"
    again = await service.post("01", f"/organisations/{BODY}/close", {"reason": "Hoàn thành nhiệm vụ"})
    assert again.json() == told


async def test_open_work_needs_a_successor(service: Service) -> None:
    task_id = await a_task(service, "M-1")
    refused = await service.post("01", f"/organisations/{BODY}/close", {"reason": "Giải thể"})
    assert (refused.status_code, refused.json()["code"]) == (422, "successor-missing")
    assert (await service.get(f"/organisations/{BODY}"))["ended"] is None
    closed = await service.post(
        "01", f"/organisations/{BODY}/close", {"reason": "Giải thể", "successor": COMMITTEE_204}
    )
    assert closed.status_code == 200, closed.text
    assert (closed.json()["merged_into"], closed.json()["successor_id"]) == (None, OTHER)
    assert await reach(service) == 1
    assert (await service.get(f"/tasks/{task_id}"))["lead_organisation"]["code"] == COMMITTEE_204


async def test_work_that_nobody_could_confirm_stays_and_is_named(service: Service) -> None:
    task_id = await a_task(service, "M-1")
    closed = await service.post("01", f"/organisations/{BODY}/close", {"reason": "Giải thể", "successor": "01"})
    assert closed.status_code == 200, closed.text
    await reach(service)
    whole = await service.get(f"/decisions/{closed.json()['decision_id']}")
    (part,) = whole["tasks"]
    assert (part["task_id"], part["outcome"]) == (task_id, "rejected")
    assert part["problem"]["code"] == "confirmation-impossible"


async def test_an_upgraded_body_keeps_its_work_and_is_found_by_both_names(service: Service) -> None:
    task_id = await a_task(service, "M-1")
    name = "Ban Chỉ đạo khoa học, công nghệ và chuyển đổi số Hà Nội"
    entry = {"name_vi": name, "type": "party_committee", "reason": "Nâng cấp", "document": "99-QĐ/TU"}
    upgraded = await service.post("01", f"/organisations/{BODY}/upgrade", entry)
    assert upgraded.status_code == 200, upgraded.text
    told = upgraded.json()
    assert (told["organisation_id"], told["codes"], told["ended"]) == (str(BODY), [COMMITTEE_57], None)
    assert [(one["name_vi"], one["legal_basis"]) for one in told["periods"]] == [
        ("Ban Chỉ đạo 57 Thành phố Hà Nội", ""),
        (name, "99-QĐ/TU"),
    ]
    assert (await service.get(f"/tasks/{task_id}"))["lead_organisation"]["name_vi"] == name
    for query in ("ban chi dao 57", "chuyen doi so ha noi"):
        found = (await service.get("/organisations", q=query))["items"]
        assert str(BODY) in [one["organisation_id"] for one in found]
    before = await service.get(f"/organisations/{BODY}")
    again = await service.post("01", f"/organisations/{BODY}/upgrade", entry)
    assert again.json() == before, "it is so already"


async def test_an_upgrade_may_move_a_body_in_the_tree(service: Service) -> None:
    entry = {"parent": COMMITTEE_204, "reason": "Sắp xếp lại"}
    moved = await service.post("01", f"/organisations/{BODY}/upgrade", entry)
    assert moved.json()["parent_id"] == OTHER, moved.text
    below = await service.post("01", f"/organisations/{BODY}/upgrade", entry | {"parent": "01-BCD57-TGV"})
    assert below.json()["code"] == "successor-impossible"
    refused = await service.post("75", f"/organisations/{BODY}/upgrade", entry)
    assert refused.json()["code"] == "organisation-not-allowed"
