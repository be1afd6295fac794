"""The registration of an entry over HTTP: dossier, return, completion, approval by others."""

from typing import Any

import pytest
from sqlalchemy import text
from tests.integration.data_catalog.conftest import (
    MINISTRY,
    OTHER_MINISTRY,
    REQUEST,
    STANDING_BODY,
    Service,
    a_submitted_entry,
    an_entry,
    description,
)

RETURN = {"missing_documents": [{"title": "Phê duyệt cấp độ"}, {"title": "Thuyết minh"}], "reason": "Chưa đủ"}


async def a_returned_entry(service: Service) -> str:
    """The path of an entry whose dossier lacks two documents."""
    entry = await a_submitted_entry(service)
    await service.done("steward", f"{entry}/registration/return", RETURN)
    return entry


def dossier(entry: Any) -> dict[str, bool]:
    """Title of each document and whether it is missing."""
    return {document["title"]: document["missing"] for document in entry["documents"]}


@pytest.mark.asyncio
async def test_a_complete_dossier_is_approved_by_another_body(service: Service) -> None:
    entry = await an_entry(service)
    await service.done("ministry", f"{entry}/documents", {"title": "Thuyết minh", "url": "https://example.invalid/tm"})
    submitted = await service.done("ministry", f"{entry}/registration/submit", {})
    assert submitted["registration"] == {
        "status": "submitted",
        "submitted_at": "2025-12-04T03:00:00Z",
        "missing_documents": 0,
        "due": None,
        "overdue": None,
        "returned_at": None,
        "returned_by_organisation_id": None,
        "return_reason": None,
        "approved_at": None,
        "approved_by_organisation_id": None,
    }
    service.clock.pass_by(days=1)
    approved = (await service.done("steward", f"{entry}/registration/approve", {}))["registration"]
    assert (approved["status"], approved["approved_at"]) == ("approved", "2025-12-05T03:00:00Z")
    assert approved["approved_by_organisation_id"] == str(STANDING_BODY)


@pytest.mark.asyncio
async def test_a_returned_dossier_says_what_is_missing_who_asked_and_since_when(service: Service) -> None:
    entry = await a_returned_entry(service)
    shown = await service.get(entry)
    assert shown["registration"]["status"] == "returned"
    assert shown["registration"]["missing_documents"] == 2
    assert (shown["registration"]["return_reason"], shown["registration"]["returned_by_organisation_id"]) == (
        "Chưa đủ",
        str(STANDING_BODY),
    )
    assert dossier(shown) == {"Phê duyệt cấp độ": True, "Thuyết minh": True, REQUEST["title"]: False}
    asked = [document for document in shown["documents"] if document["missing"]]
    assert {document["asked_by_organisation_id"] for document in asked} == {str(STANDING_BODY)}
    assert {document["asked_at"] for document in asked} == {"2025-12-04T03:00:00Z"}
    assert await service.codes(registration="returned") == ["KHCN-01"]


@pytest.mark.asyncio
async def test_nothing_is_approved_while_documents_are_missing(service: Service) -> None:
    entry = await a_returned_entry(service)
    approve = f"{entry}/registration/approve"
    assert (await service.post("steward", approve, {})).json()["code"] == "transition-not-allowed"
    added = await service.done("ministry", f"{entry}/documents", {"title": "THUYET  MINH", "sha256": "0" * 64})
    assert dossier(added) == {"Phê duyệt cấp độ": True, "THUYET MINH": False, REQUEST["title"]: False}
    await service.done("ministry", f"{entry}/registration/submit", {})
    refused = await service.post("steward", approve, {})
    assert (refused.status_code, refused.json()["code"]) == (409, "documents-missing")
    assert refused.json()["missing_documents"] == ["Phê duyệt cấp độ"]
    await service.done("steward", f"{entry}/registration/return", RETURN)
    for title in ("Phê duyệt cấp độ", "Thuyết minh"):
        await service.done("ministry", f"{entry}/documents", {"title": title, "sha256": "2" * 64})
    await service.done("ministry", f"{entry}/registration/submit", {})
    assert (await service.done("steward", approve, {}))["registration"]["status"] == "approved"


@pytest.mark.asyncio
async def test_who_asked_first_stays_and_a_document_can_be_asked_for_again(service: Service) -> None:
    entry = await a_returned_entry(service)
    service.clock.pass_by(days=1)
    await service.done("ministry", f"{entry}/documents", {"title": "Thuyết minh", "url": "https://example.invalid/1"})
    await service.done("ministry", f"{entry}/registration/submit", {})
    service.clock.pass_by(days=1)
    again = await service.done("steward", f"{entry}/registration/return", RETURN)
    asked = {document["title"]: document["asked_at"][:10] for document in again["documents"] if document["missing"]}
    assert asked == {"Phê duyệt cấp độ": "2025-12-04", "Thuyết minh": "2025-12-06"}
    assert again["registration"]["missing_documents"] == 2


@pytest.mark.asyncio
async def test_a_document_that_is_asked_for_under_two_spellings_is_asked_for_once(service: Service) -> None:
    entry = await a_submitted_entry(service)
    titles = [{"title": title} for title in ("Phê duyệt cấp độ", "PHE DUYET CAP DO", "phê duyệt cấp độ")]
    returned = await service.done("steward", f"{entry}/registration/return", RETURN | {"missing_documents": titles})
    assert [document["title"] for document in returned["documents"] if document["missing"]] == ["Phê duyệt cấp độ"]
    assert returned["registration"]["missing_documents"] == 1


@pytest.mark.asyncio
async def test_the_owner_never_decides_on_its_own_registration(service: Service) -> None:
    entry = await a_submitted_entry(service)
    before = await service.counts()
    for step, body in (("approve", {}), ("return", RETURN)):
        path = f"{entry}/registration/{step}"
        owner = await service.post("reviewing-ministry", path, body)
        assert (owner.status_code, owner.json()["code"]) == (403, "decision-by-owner")
        assert (await service.post("ministry", path, body)).json()["code"] == "insufficient-scope"
    assert await service.counts() == before


@pytest.mark.asyncio
async def test_the_submitter_does_not_decide_on_a_dossier_after_giving_the_entry_away(
    service: Service,
) -> None:
    entry = await a_submitted_entry(service)
    await service.done("steward", "/entries", description(owner_organisation_id=str(OTHER_MINISTRY)))
    refused = await service.post("reviewing-ministry", f"{entry}/registration/approve", {})
    assert (refused.status_code, refused.json()["code"]) == (403, "decision-by-owner")
    assert (await service.get(entry))["owner_organisation_id"] != str(MINISTRY)


@pytest.mark.asyncio
async def test_a_document_that_is_sent_again_changes_nothing(service: Service) -> None:
    entry = await an_entry(service)
    document = {"title": "Thuyết minh", "url": "https://example.invalid/1"}
    statuses = [(await service.post("ministry", f"{entry}/documents", document)).status_code for _ in range(2)]
    assert statuses == [201, 200]
    newer = await service.done("ministry", f"{entry}/documents", document | {"url": "https://example.invalid/2"})
    assert [shown["url"] for shown in newer["documents"]] == ["https://example.invalid/2"]
    assert [event.change for event in await service.events()] == ["registered", "document_added", "document_added"]


@pytest.mark.asyncio
async def test_a_dossier_is_finite(service: Service) -> None:
    entry = await a_submitted_entry(service)
    for part in range(4):
        titles = [{"title": f"Tài liệu {part}-{number}"} for number in range(50 if part else 49)]
        await service.done("steward", f"{entry}/registration/return", {"missing_documents": titles, "reason": "Thiếu"})
        if part < 3:
            await service.done("ministry", f"{entry}/registration/submit", {})
    before = await service.counts()
    refused = await service.post("ministry", f"{entry}/documents", {"title": "Một tài liệu nữa", "sha256": "0" * 64})
    assert (refused.status_code, refused.json()["code"]) == (409, "dossier-full")
    assert await service.counts() == before


@pytest.mark.asyncio
async def test_a_long_title_in_any_script_is_kept(service: Service) -> None:
    entry = await an_entry(service)
    for title in ("한" * 200, "🗂" * 200, "ễ" * 200):
        await service.done("ministry", f"{entry}/documents", {"title": title, "sha256": "0" * 64})
    assert len(dossier(await service.get(entry))) == 3


@pytest.mark.asyncio
@pytest.mark.parametrize("status", ["submitted", "approved"])
async def test_what_is_approved_is_what_was_reviewed(service: Service, status: str) -> None:
    entry = await a_submitted_entry(service)
    if status == "approved":
        await service.done("steward", f"{entry}/registration/approve", {})
    reviewed, before = await service.get(entry), await service.counts()
    for document in (REQUEST | {"url": "https://example.invalid/other"}, {"title": "Mới", "sha256": "3" * 64}):
        refused = await service.post("ministry", f"{entry}/documents", document)
        assert (refused.status_code, refused.json()["code"]) == (409, "transition-not-allowed")
        assert status in refused.json()["detail"]
    assert (await service.post("ministry", f"{entry}/documents", REQUEST)).status_code == 200
    assert (await service.get(entry), await service.counts()) == (reviewed, before)


@pytest.mark.asyncio
async def test_an_empty_dossier_is_not_handed_in(service: Service) -> None:
    entry = await an_entry(service)
    refused = await service.post("ministry", f"{entry}/registration/submit", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "dossier-empty")
    assert (await service.get(entry))["registration"]["status"] == "draft"


@pytest.mark.asyncio
async def test_a_title_alone_is_no_document(service: Service) -> None:
    entry = await a_returned_entry(service)
    before = await service.counts()
    refused = await service.post("ministry", f"{entry}/documents", {"title": "Thuyết minh"})
    assert (refused.status_code, refused.json()["code"]) == (422, "document-without-content")
    assert refused.json()["errors"][0]["pointer"] == "#/url"
    assert await service.counts() == before


@pytest.mark.asyncio
async def test_a_replaced_document_leaves_a_trace(service: Service) -> None:
    entry = await a_returned_entry(service)
    service.clock.pass_by(days=1)
    for number in (2, 3):
        await service.done("ministry", f"{entry}/documents", REQUEST | {"url": f"https://example.invalid/{number}"})
    [shown] = [document for document in (await service.get(entry))["documents"] if not document["missing"]]
    assert (shown["url"], shown["added_at"]) == ("https://example.invalid/3", "2025-12-05T03:00:00Z")
    async with service.database.session() as session:
        kept = await session.execute(
            text("SELECT url, added_at::date::text, entry_version FROM replaced_document ORDER BY entry_version")
        )
        assert [tuple(row) for row in kept] == [
            ("https://example.invalid/dn", "2025-12-04", 5),
            ("https://example.invalid/2", "2025-12-05", 6),
        ]


def document_ids(entry: Any) -> dict[str, str]:
    """Identifier of each document by its title."""
    return {document["title"]: document["document_id"] for document in entry["documents"]}


@pytest.mark.asyncio
async def test_a_document_that_was_asked_for_by_an_invisible_name_does_not_block_for_ever(service: Service) -> None:
    entry = await a_submitted_entry(service)
    asked = {"missing_documents": [{"title": "Thuyết\u200b minh"}], "reason": "Chưa đủ"}
    await service.done("steward", f"{entry}/registration/return", asked)
    added = await service.done("ministry", f"{entry}/documents", {"title": "Thuyết minh", "sha256": "0" * 64})
    [missing] = [document["document_id"] for document in added["documents"] if document["missing"]] or [None]
    if missing is not None:
        removed = await service.done("ministry", f"{entry}/documents/{missing}/remove", {"reason": "Trùng"})
        assert removed["registration"]["missing_documents"] == 0
    await service.done("ministry", f"{entry}/registration/submit", {})
    approved = await service.done("steward", f"{entry}/registration/approve", {})
    assert approved["registration"]["status"] == "approved"


@pytest.mark.asyncio
async def test_a_document_is_taken_out_with_its_history_while_it_is_the_owners_turn(service: Service) -> None:
    entry = await a_returned_entry(service)
    ids = document_ids(await service.get(entry))
    service.clock.pass_by(days=1)
    for title in (REQUEST["title"], "Phê duyệt cấp độ"):
        shown = await service.done("ministry", f"{entry}/documents/{ids[title]}/remove", {"reason": "Nộp nhầm"})
    assert (dossier(shown), shown["registration"]["missing_documents"]) == ({"Thuyết minh": True}, 1)
    assert shown["registration"]["status"] == "returned"
    [latest, *_] = (await service.get(f"{entry}/history"))["items"]
    assert (latest["change"], latest["missing_documents"]) == ("document_removed", 1)
    assert "Nộp nhầm" not in str(await service.get(f"{entry}/history"))
    async with service.database.session() as session:
        kept = await session.execute(
            text("SELECT title, url, removed, asked_by_organisation_id FROM replaced_document ORDER BY entry_version")
        )
        assert [tuple(row) for row in kept] == [
            (REQUEST["title"], REQUEST["url"], True, None),
            ("Phê duyệt cấp độ", None, True, STANDING_BODY),
        ]
    again = await service.done("ministry", f"{entry}/documents", REQUEST)
    assert document_ids(again)[REQUEST["title"]] == ids[REQUEST["title"]]


@pytest.mark.asyncio
async def test_only_the_owner_takes_a_document_out_and_only_before_it_hands_in(service: Service) -> None:
    entry = await a_submitted_entry(service)
    path = f"{entry}/documents/{document_ids(await service.get(entry))[REQUEST['title']]}/remove"
    before = await service.counts()
    for client_id, status, code in (
        ("ministry", 409, "transition-not-allowed"),
        ("other-ministry", 403, "organisation-not-allowed"),
        ("steward", 403, "organisation-not-allowed"),
    ):
        response = await service.post(client_id, path, {})
        assert (response.status_code, response.json()["code"]) == (status, code)
    assert await service.counts() == before
    await service.done("steward", f"{entry}/registration/return", RETURN)
    stale = await service.post("ministry", path, {}, **{"If-Match": '"1.1"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale-version")
    await service.done("ministry", path, {})
    gone = await service.post("ministry", path, {})
    assert (gone.status_code, gone.json()["code"]) == (404, "document-not-found")
