"""A body is set up below another one: its code is its own, and means no one else."""

import pytest
from tests.integration.tasks.succession.conftest import COMMITTEE_57, COMMITTEE_204, Service, merge

from sixclear.tasks.organisation.seed import organisation_id

pytestmark = pytest.mark.asyncio
BODY = {
    "code": "01-BCD06",
    "name_vi": "Ban Chỉ đạo Đề án 06 Thành phố Hà Nội",
    "type": "committee",
    "level": "department",
    "parent": "01",
    "reason": "Thành lập",
    "document": "06/QĐ-UBND",
}


async def test_a_committee_is_set_up_found_and_given_a_task(service: Service) -> None:
    made = await service.post("01", "/organisations", BODY)
    assert made.status_code == 201, made.text
    told = made.json()
    assert (told["organisation_id"], told["valid_from"]) == (str(organisation_id("01-BCD06")), "2025-12-04")
    assert [one["legal_basis"] for one in told["periods"]] == ["06/QĐ-UBND"]
    assert (await service.http.get(made.headers["Location"])).json() == told
    again = await service.post("01", "/organisations", BODY)
    assert (again.status_code, again.json()) == (200, told)
    (found,) = (await service.get("/organisations", q="de an 06"))["items"]
    assert found["code"] == "01-BCD06"


async def test_who_may_not_and_which_codes_are_taken(service: Service) -> None:
    for code, changes, problem in (
        ("75", {}, "organisation-not-allowed"),
        (COMMITTEE_57, {"parent": COMMITTEE_57}, None),
        ("01", {"code": COMMITTEE_204}, "already-registered"),
        ("01", {"code": "X", "parent": None}, "organisation-not-allowed"),
        ("G06", {"code": "X1", "parent": None, "level": "central"}, None),
    ):
        answer = await service.post(code, "/organisations", BODY | changes)
        assert answer.json().get("code") == (problem or (BODY | changes)["code"]), (code, changes)
    assert (await merge(service)).is_success
    former = await service.post("01", "/organisations", BODY | {"code": COMMITTEE_57})
    assert (former.status_code, former.json()["code"]) == (409, "already-registered")
    below = await service.post(
        "01", "/organisations", BODY | {"code": "X2", "parent": str(organisation_id(COMMITTEE_57))}
    )
    assert below.json()["code"] == "organisation-ended"


async def test_no_body_gives_a_level_above_its_own(service: Service) -> None:
    for code, step, body in (
        ("01", "/organisations", BODY | {"level": "central"}),
        (COMMITTEE_57, "/organisations", BODY | {"parent": COMMITTEE_57, "level": "province"}),
        ("01", f"/organisations/{organisation_id(COMMITTEE_57)}/upgrade", {"level": "central", "reason": "Nâng cấp"}),
    ):
        refused = await service.post(code, step, body)
        assert (refused.status_code, refused.json()["code"]) == (403, "organisation-not-allowed"), (code, step)
    same = f"/organisations/{organisation_id(COMMITTEE_57)}/upgrade"
    assert (await service.post("01", same, {"level": "province", "reason": "Nâng cấp"})).status_code == 200
