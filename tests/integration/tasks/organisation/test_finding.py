"""Organisations are found by what people type, the best first, and by what they were before they were merged."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import text
from tests.integration.tasks.conftest import START, Service, proposal, started

from sixclear.common.testing.postgres import CloneDatabase
from sixclear.common.text import code_form
from sixclear.tasks.organisation.seed import seed_organisations, shipped_organisations


@pytest_asyncio.fixture
async def service(clone_database: CloneDatabase) -> AsyncIterator[Service]:
    """The tasks application with every organisation that ships."""
    async with started(clone_database, START) as running:
        await seed_organisations(running.database, running.log, START)
        yield running


async def found(service: Service, query: str, **params: Any) -> list[str]:
    """The names on the first page."""
    page = await service.get("/organisations", q=query, **params)
    return [organisation["name_vi"] for organisation in page["items"]]


@pytest.mark.asyncio
async def test_the_best_comes_first_however_it_is_written(service: Service) -> None:
    for query, name in {
        "Thành phố Hà Nội": "Hà Nội",
        "TP Hà Nội": "Hà Nội",
        "TP.Hà Nội": "Hà Nội",
        "hanoi": "Hà Nội",
        "Ha  Noi ": "Hà Nội",
        "HÀ NỘI": "Hà Nội",
        "TP.HCM": "Hồ Chí Minh",
        "tphcm": "Hồ Chí Minh",
        "Tp. Hồ Chí Minh": "Hồ Chí Minh",
        "Sài Gòn": "Hồ Chí Minh",
        "saigon": "Hồ Chí Minh",
        "tỉnh Cao Bằng": "Cao Bằng",
        "dak lak": "Đắk Lắk",
        "Đắc Lắc": "Đắk Lắk",
        "phường hoàn kiếm": "Phường Hoàn Kiếm",
        "hoàn kiếm": "Phường Hoàn Kiếm",
        "Hoankiem": "Phường Hoàn Kiếm",
        "đặc khu Côn Đảo": "Đặc khu Côn Đảo",
        "con dao": "Đặc khu Côn Đảo",
        "01": "Hà Nội",
        "00070": "Phường Hoàn Kiếm",
        "Ministry of Public Security": "Bộ Công an",
        "Khoa học và Công nghệ": "Bộ Khoa học và Công nghệ",
    }.items():
        names = await found(service, query)
        assert names[:1] == [name], query


@pytest.mark.asyncio
async def test_a_former_unit_leads_to_its_successor(service: Service) -> None:
    for query, name in {
        "Hà Giang": "Tuyên Quang",
        "tinh ha giang": "Tuyên Quang",
        "Bà Rịa – Vũng Tàu": "Hồ Chí Minh",
        "Bình Dương": "Hồ Chí Minh",
        "Thừa Thiên - Huế": "Huế",
        "02": "Tuyên Quang",
        "89": "An Giang",
    }.items():
        assert (await found(service, query, level="province"))[:1] == [name], query
    (successor,) = (await service.get("/organisations", q="Hà Giang", level="province"))["items"]
    assert successor["codes"] == ["08", "02"]
    assert successor["predecessors"] == [
        {"code": "02", "name_vi": "Hà Giang", "type": "province", "valid_to": "2025-07-01",
         "legal_basis": "202/2025/QH15", "organisation_id": None}
    ]  # fmt: skip
    assert (await service.get("/organisations/02"))["code"] == "08"


@pytest.mark.asyncio
async def test_a_request_that_names_a_former_code_means_the_successor(service: Service) -> None:
    body = proposal(lead_organisation="02", responsible_position={"title": "Giám đốc Sở", "organisation": "02"})
    response = await service.post("P57", "/tasks", body)
    assert response.status_code == 201, response.text
    assert response.json()["lead_organisation"]["name_vi"] == "Tuyên Quang"
    assert len((await service.get("/tasks", organisation="02"))["items"]) == 1


@pytest.mark.asyncio
async def test_an_unknown_code_is_refused_and_says_how_to_find_the_right_one(service: Service) -> None:
    response = await service.post("P57", "/tasks", proposal(lead_organisation="03"))
    assert response.status_code == 422
    problem = response.json()
    assert problem["type"].endswith("reference-unknown")
    assert problem["errors"][0]["pointer"] == "#/lead_organisation"
    assert "merged" in problem["errors"][0]["detail"]
    for path, name in (("/tasks", "organisation"), ("/organisations", "parent")):
        for code in ("1", "03", "nowhere"):
            listed = await service.http.get(f"/api/tasks/v1{path}", params={name: code})
            assert (listed.status_code, listed.json()["code"]) == (422, "reference-unknown"), path
            assert listed.json()["errors"] == [
                {"parameter": name, "in": "query", **{key: problem["errors"][0][key] for key in ("code", "detail")}}
            ]


@pytest.mark.asyncio
@pytest.mark.parametrize("code", ["g06", " G06", "\uff27\uff10\uff16", "G06\u200b"])
async def test_a_code_is_the_same_in_any_case_and_width(service: Service, code: str) -> None:
    response = await service.post("P57", "/tasks", proposal(lead_organisation=code))
    assert response.status_code == 201, response.text
    assert response.json()["lead_organisation"]["code"] == "G06"
    assert len((await service.get("/tasks", organisation=code.strip()))["items"]) == 1
    shown = await service.http.get(f"/api/tasks/v1/organisations/{code}")
    assert (shown.status_code, shown.json().get("code")) == (200, "G06")


def test_every_code_that_is_shipped_is_in_the_form_that_codes_are_compared_in() -> None:
    codes = {code for seed in shipped_organisations() for code in seed.codes}
    assert len(codes) > 3_000
    assert codes == {code_form(code) for code in codes}


@pytest.mark.asyncio
async def test_nothing_is_found_by_signs_alone_and_pages_follow_each_other(service: Service) -> None:
    assert await found(service, ".") == []
    assert await found(service, "100%") == []
    first = await service.get("/organisations", q="tan", limit=20)
    second = await service.get("/organisations", q="tan", limit=20, cursor=first["next"])
    whole = await service.get("/organisations", q="tan", limit=40)
    assert [*first["items"], *second["items"]] == whole["items"]
    assert len({item["organisation_id"] for item in whole["items"]}) == 40


@pytest.mark.asyncio
async def test_the_next_start_tells_what_an_older_release_did_not_know(service: Service) -> None:
    async with service.database.transaction() as session:
        await session.execute(
            text("UPDATE organisation SET codes = ARRAY[code], predecessors = '[]', search_text = ''")
        )
    before = len(await service.log.reader().read(0, 10_000))
    assert await found(service, "Hà Giang") == []
    for _ in range(2):
        assert await seed_organisations(service.database, service.log, START) == 0
    told = (await service.log.reader().read(0, 10_000))[before:]
    assert {event.change for event in told} == {"codes_added"}
    assert len(told) == sum(len(seed.codes) > 1 for seed in shipped_organisations())
    assert (await found(service, "Hà Giang", level="province"))[:1] == ["Tuyên Quang"]
