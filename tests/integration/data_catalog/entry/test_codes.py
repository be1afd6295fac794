"""Codes of entries: who gives them, when two are one, and what a patch keeps."""

import asyncio
from collections import Counter
from typing import Any

import httpx2
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool
from tests.integration.data_catalog.conftest import (
    MINISTRY,
    OTHER_MINISTRY,
    PLAN_02,
    STANDING_BODY,
    Service,
    an_entry,
    description,
)

from sixclear.common import migrations
from sixclear.common.keys import list_duplicates
from sixclear.common.testing.postgres import EmptyDatabase

CODE = "CSDL-QUOC-GIA-X"


async def patch(service: Service, client: str, path: str, body: Any, **headers: str) -> httpx2.Response:
    sent = service.headers(client) | {"Content-Type": "application/merge-patch+json"} | headers
    content = service.http.build_request("PATCH", "/", json=body).content
    return await service.http.patch(f"{service.prefix}{path}", content=content, headers=sent)


@pytest.mark.asyncio
async def test_a_body_that_registers_anothers_code_is_not_in_the_way_of_its_owner(service: Service) -> None:
    squatted = await service.done(
        "other-ministry", "/entries", description(code=CODE, owner_organisation_id=str(OTHER_MINISTRY))
    )
    own = await service.post("ministry", "/entries", description(code=CODE))
    assert own.status_code == 201, own.text
    assert own.json()["entry_id"] != squatted["entry_id"]
    again = await service.post("ministry", "/entries", description(code=CODE.lower(), name_vi="Tên"))
    assert (again.status_code, again.json()["code"]) == (200, CODE)
    assert again.json()["entry_id"] == own.json()["entry_id"]
    first = await service.get("/entries", limit=1)
    rest = await service.get("/entries", limit=1, cursor=first["next"])
    assert {page["items"][0]["entry_id"] for page in (first, rest)} == {squatted["entry_id"], own.json()["entry_id"]}
    assert rest["next"] is None
    meant = await service.post("steward", "/entries", description(code=CODE, name_vi="Tên của người giữ"))
    assert (meant.status_code, meant.json()["entry_id"]) == (200, own.json()["entry_id"])


@pytest.mark.asyncio
async def test_a_steward_hands_an_entry_to_its_right_owner(service: Service) -> None:
    entry = await an_entry(service)
    await service.done("other-ministry", "/entries", description(owner_organisation_id=str(OTHER_MINISTRY)))
    moved = await patch(service, "steward", entry, {"owner_organisation_id": str(OTHER_MINISTRY)})
    assert (moved.status_code, moved.json()["code"]) == (409, "already-registered")
    existing = moved.json()["existing"]
    assert moved.headers["location"] == existing
    assert existing != f"{service.prefix}{entry}"
    assert (await service.http.get(existing)).json()["owner_organisation_id"] == str(OTHER_MINISTRY)
    given = await patch(service, "steward", entry, {"owner_organisation_id": str(STANDING_BODY)})
    assert (given.status_code, given.json()["owner_organisation_id"]) == (200, str(STANDING_BODY))


@pytest.mark.asyncio
async def test_codes_that_differ_only_in_form_come_at_the_same_time_and_are_one_entry(service: Service) -> None:
    bodies = [description(code=code) for code in (CODE, CODE.lower(), CODE.title()) * 4]
    answers = await asyncio.gather(*(service.post("ministry", "/entries", body) for body in bodies))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: 11}
    assert len({(answer.json()["entry_id"], answer.json()["code"]) for answer in answers}) == 1


@pytest.mark.asyncio
async def test_what_a_patch_leaves_out_stays_and_null_clears(service: Service) -> None:
    entry = await an_entry(service)
    await service.done("steward", "/entries", description(lists=PLAN_02))
    before = await service.read("ministry", f"/own{entry}")
    changed = await patch(service, "ministry", entry, {"name_vi": "Tên mới", "legal_basis": None})
    assert changed.status_code == 200, changed.text
    moving = {"name_vi", "legal_basis", "version", "occurred_at", "recorded_at"}
    kept = {name: value for name, value in before.items() if name not in moving}
    assert {name: changed.json()[name] for name in kept} == kept
    assert (changed.json()["name_vi"], changed.json()["legal_basis"]) == ("Tên mới", None)
    assert [event.change for event in await service.events()][-1] == "updated"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("body", "pointer"),
    [({"name_vi": None}, "#/name_vi"), ({"code": "other"}, "#/code"), ({"kind": None}, "#/kind"), ({"x": 1}, "#/x")],
)
async def test_a_patch_keeps_to_the_rules_of_a_description(service: Service, body: Any, pointer: str) -> None:
    refused = await patch(service, "ministry", await an_entry(service), body)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer)


@pytest.mark.asyncio
async def test_only_who_may_describe_patches_and_only_the_version_that_was_read(service: Service) -> None:
    entry = await an_entry(service)
    for client, body in (
        ("other-ministry", {"name_vi": "x"}),
        ("other-ministry", {"owner_organisation_id": str(OTHER_MINISTRY)}),
        ("ministry", {"owner_organisation_id": str(OTHER_MINISTRY)}),
    ):
        refused = await patch(service, client, entry, body)
        assert (refused.status_code, refused.json()["code"]) == (403, "organisation-not-allowed")
    lists = await patch(service, "ministry", entry, {"lists": PLAN_02})
    assert (lists.status_code, lists.json()["code"]) == (403, "listing-needs-steward")
    stale = await patch(service, "ministry", entry, {"name_vi": "x"}, **{"If-Match": '"1.9"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale-version")
    wrong = await patch(service, "ministry", entry, {"name_vi": "x"}, **{"Content-Type": "application/json"})
    assert (wrong.status_code, wrong.json()["code"]) == (415, "unsupported-media-type")
    assert (await patch(service, "ministry", f"/entries/{MINISTRY}", {})).status_code == 404


@pytest.mark.asyncio
async def test_codes_that_an_earlier_release_took_in_two_spellings_stay_and_are_listed(
    empty_database: EmptyDatabase,
) -> None:
    url = await empty_database()
    await migrations.upgrade(url, "sixclear.data_catalog", "0006")
    engine = create_async_engine(url, poolclass=NullPool)
    known = """INSERT INTO entry (entry_id, code, name_vi, kind, search_text, owner_organisation_id, lists,
                                  deployment_stage, risk, registration_status, missing_documents, demonstration,
                                  version, occurred_at, recorded_at)
               SELECT gen_random_uuid(), code, 'x', 'database', 'x', CAST(owner AS uuid), '[]', 'not_deployed', 'none',
                      'draft', 0, false, 1, now(), now()
               FROM (VALUES ('A-1', :ours), ('a-1', :ours), ('A-1 of others', :theirs)) AS v (code, owner)"""
    told = """INSERT INTO event
                  (entity_type, entity_id, version, change, data, meta, occurred_at, recorded_at, published)
              SELECT 'entry', entry_id, 1, 'registered', '{}', '{}', now(), now(), true FROM entry WHERE code = 'A-1'"""
    try:
        async with engine.begin() as connection:
            await connection.execute(text(known), {"ours": str(MINISTRY), "theirs": str(OTHER_MINISTRY)})
            await connection.execute(text(told))
        await migrations.upgrade(url, "sixclear.data_catalog")
        async with AsyncSession(engine) as session:
            (line,) = await list_duplicates(session)
            assert "('a-1') has the key of" in line
            forms = await session.execute(text("SELECT code, folded_key FROM entry"))
            assert {row.code: row.folded_key for row in forms} == {
                "A-1": "a-1",
                "a-1": None,
                "A-1 of others": "a-1of others",
            }
    finally:
        await engine.dispose()
