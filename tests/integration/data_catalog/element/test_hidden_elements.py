"""What is not said of drafts and restricted elements: by refusals, tags, kept answers and files."""

from typing import Any

import httpx2
import pytest
from tests.integration.data_catalog.conftest import (
    OTHER_MINISTRY,
    SCOPES,
    SEXES,
    Service,
    an_approved_code_list,
    an_approved_element,
    element,
)
from tests.integration.data_catalog.element.test_bulk import send

pytestmark = pytest.mark.asyncio

PERSON_ID = "/elements/so-dinh-danh-ca-nhan"
SEX_LIST = "/code-lists/gioi-tinh"
KEY = {"Idempotency-Key": "0f5f3a52-2a1c-4b6e-9d57-6f1a0c57d0e1"}


async def a_restricted_element(service: Service) -> None:
    """An element of the ministry that was never public."""
    drafted = await service.done("ministry", "/elements", element(restricted=True))
    await service.done("steward", f"{PERSON_ID}/approve", {"version": drafted["version"]})


async def read_as(service: Service, path: str, **headers: str) -> httpx2.Response:
    """GET as anybody."""
    return await service.http.get(f"{service.prefix}{path}", headers=headers)


def of_another_body(service: Service) -> dict[str, str]:
    """The ministry's client, which acts for another body by now."""
    token = service.issuer.token(*SCOPES["ministry"], client_id="ministry", organisation_id=OTHER_MINISTRY)
    return {"Authorization": f"Bearer {token}"}


async def test_no_body_hears_the_version_of_what_another_one_keeps(service: Service) -> None:
    await a_restricted_element(service)
    await service.done("ministry", "/code-lists", SEXES)
    for path, body in (("/elements", element()), ("/code-lists", SEXES)):
        refused = await service.post("other-ministry", path, body, **{"If-Match": '"1.9"'})
        assert (refused.status_code, refused.json()["code"]) == (403, "organisation-not-allowed"), path
        assert "etag" not in refused.headers, path
    line = element() | {"if_match": '"1.9"'}
    told = (await send(service, line, client="other-ministry")).json()
    assert [one["problem"]["code"] for one in told["items"]] == ["organisation-not-allowed"]
    stale = await service.post("ministry", "/elements", element(), **{"If-Match": '"1.9"'})
    assert (stale.status_code, stale.headers["etag"]) == (412, '"1.2"')


async def test_a_code_list_that_was_never_approved_is_named_by_its_keeper_alone(service: Service) -> None:
    await service.done("ministry", "/code-lists", SEXES)
    described = element(code="gioi-tinh-2", min_length=1, max_length=1, pattern=None, code_list="gioi-tinh")
    own = {"owner_organisation_id": str(OTHER_MINISTRY)}
    refused = await service.post("other-ministry", "/elements", described | own)
    unknown = await service.post("other-ministry", "/elements", described | own | {"code_list": "no-such-list"})
    assert refused.status_code == unknown.status_code == 422
    assert refused.json()["errors"] == unknown.json()["errors"]
    await service.done("steward", "/elements", described | own | {"code": "gioi-tinh-3"})
    await service.done("steward", f"{SEX_LIST}/approve", {"version": 1})
    await service.done("other-ministry", "/elements", described | own)


async def test_who_tries_a_file_is_in_the_access_log(service: Service) -> None:
    await send(service, element(), dry_run="true")
    [row] = (await service.read("auditor", "/access-log"))["items"]
    assert (row["client_id"], row["operation"], row["filter"]) == ("ministry", "putElementsInBulk", {"dry_run": "true"})


async def test_a_tag_that_everyone_reads_moves_with_approvals_and_not_with_drafts(service: Service) -> None:
    await an_approved_element(service)
    await an_approved_code_list(service)
    bodies: dict[str, dict[str, Any]] = {PERSON_ID: element(name_vi="Khác"), SEX_LIST: SEXES | {"name_vi": "Khác"}}
    for path, changed in bodies.items():
        addresses = (path, f"{path}/versions/1")
        before = [(await read_as(service, address)).headers["etag"] for address in addresses]
        drafted = await service.done("ministry", path.rpartition("/")[0], changed)
        assert [(await read_as(service, address)).headers["etag"] for address in addresses] == before
        assert (await read_as(service, path, **{"If-None-Match": before[0]})).status_code == 304
        for tag in before:
            stale = await service.post("ministry", path.rpartition("/")[0], changed, **{"If-Match": tag})
            assert stale.status_code == 412, tag
        await service.done("steward", f"{path}/approve", {"version": drafted["version"]})
        assert (await read_as(service, path)).headers["etag"] != before[0]


@pytest.mark.parametrize(("path", "body"), [("/elements", element(restricted=True)), ("/code-lists", SEXES)])
async def test_a_kept_answer_is_read_by_the_rule_of_now(service: Service, path: str, body: dict[str, Any]) -> None:
    first = await service.post("ministry", path, body, **KEY)
    again = await service.post("ministry", path, body, **KEY)
    assert (first.status_code, again.status_code, again.content) == (201, 201, first.content)
    moved = await service.http.post(f"{service.prefix}{path}", json=body, headers=of_another_body(service) | KEY)
    assert moved.status_code == 404, moved.text
    assert "draft" not in moved.json()
