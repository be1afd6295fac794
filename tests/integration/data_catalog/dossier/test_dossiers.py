"""Dossiers as data: which databases are registered and not approved, of whom, and why, document by document."""

from typing import Any

import pytest
from tests.integration.data_catalog.conftest import (
    OTHER_MINISTRY,
    REQUEST,
    STANDING_BODY,
    Service,
    a_submitted_entry,
    an_entry,
    description,
)

from sixclear.common.ids import stable_id

pytestmark = pytest.mark.asyncio

APPROVAL = {"title": "Phê duyệt cấp độ"}
REFUSED = {"refused_documents": [{"title": "VAN BAN DE NGHI", "reason": "Chưa ký"}], "reason": "Chưa đủ"}


async def waiting(service: Service, **params: str | int) -> Any:
    """The databases that are handed in and not approved."""
    return await service.get("/dossiers", waiting="true", kind="database", **params)


async def test_databases_that_are_not_approved_are_listed_with_names_and_reasons(service: Service) -> None:
    returned = await a_submitted_entry(service)
    back = {"missing_documents": [APPROVAL], "due_in_working_days": 5, "reason": "Chưa đủ"}
    await service.done("steward", f"{returned}/registration/return", back)
    await a_submitted_entry(service, code="KHCN-02")
    await an_entry(service, code="KHCN-03")
    other = description(code="BCA-01", owner_organisation_id=str(OTHER_MINISTRY))
    bca = f"/entries/{(await service.done('other-ministry', '/entries', other))['entry_id']}"
    await service.done("other-ministry", f"{bca}/documents", REQUEST)
    await service.done("other-ministry", f"{bca}/registration/submit", {})
    service.clock.pass_by(days=11)
    page = await waiting(service)
    assert (page["total"], page["organisations"], page["total_is_lower_bound"]) == (3, 2, False)
    told = {one["code"]: (one["owner"]["code"], one["turn"], one["why"]) for one in page["items"]}
    assert told == {
        "BCA-01": ("G01", "reviewer", ["under_review"]),
        "KHCN-01": ("G06", "owner", ["returned", "documents_missing"]),
        "KHCN-02": ("G06", "reviewer", ["under_review"]),
    }
    dossier = await service.get(f"{returned}/dossier")
    assert dossier == next(one for one in page["items"] if one["code"] == "KHCN-01")
    # From Thursday 4 December to Monday 15 December.
    assert dossier["waiting"] == {"working_days": 7, "provisional": False}
    assert dossier["counts"] == {"asked": 1, "there": 1, "missing": 1, "refused": 0, "overdue": 1}
    [missing, there] = dossier["documents"]
    assert (missing["title"], missing["state"], missing["asked_by"]["code"]) == (APPROVAL["title"], "missing", "P57")
    assert (missing["since"], missing["due"], missing["overdue"]) == ("2025-12-04T03:00:00Z", "2025-12-11", True)
    assert (there["state"], there["waiting"], there["overdue"]) == ("there", None, None)
    assert there["since"] == "2025-12-04T03:00:00Z"


async def test_pages_tell_each_once_with_the_same_totals(service: Service) -> None:
    for number in range(5):
        await a_submitted_entry(service, code=f"KHCN-{number}")
    codes: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = await waiting(service, limit=2, **cursor)
        assert (page["total"], page["organisations"]) == (5, 1)
        codes += [one["code"] for one in page["items"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert codes == [f"KHCN-{number}" for number in range(5)]


async def test_a_refused_document_says_who_refused_it_and_why_until_another_takes_its_place(service: Service) -> None:
    entry = await a_submitted_entry(service)
    service.clock.pass_by(days=1)
    returned = await service.done("steward", f"{entry}/registration/return", REFUSED)
    assert returned["registration"]["missing_documents"] == 1
    dossier = await service.get(f"{entry}/dossier")
    assert dossier["why"] == ["returned", "documents_refused"]
    assert dossier["counts"] == {"asked": 1, "there": 0, "missing": 0, "refused": 1, "overdue": 0}
    [document] = dossier["documents"]
    assert (document["state"], document["missing"], document["url"]) == ("refused", True, REQUEST["url"])
    assert (document["refused_by"]["code"], document["refusal_reason"]) == ("P57", "Chưa ký")
    assert document["since"] == document["refused_at"] == "2025-12-05T03:00:00Z"
    await service.done("ministry", f"{entry}/documents", REQUEST | {"url": "https://example.invalid/2"})
    await service.done("ministry", f"{entry}/registration/submit", {})
    [there] = (await service.get(f"{entry}/dossier"))["documents"]
    assert (there["state"], there["refused_at"], there["refusal_reason"]) == ("there", None, None)
    approved = await service.done("steward", f"{entry}/registration/approve", {})
    assert approved["registration"]["status"] == "approved"
    done = await service.get(f"{entry}/dossier")
    assert (done["why"], done["turn"], done["waiting"]) == ([], None, None)


async def test_only_what_is_there_is_refused(service: Service) -> None:
    entry = await a_submitted_entry(service)
    before = await service.counts()
    refused = {"refused_documents": [APPROVAL | {"reason": "x"}], "reason": "Chưa đủ"}
    answer = await service.post("steward", f"{entry}/registration/return", refused)
    assert (answer.status_code, answer.json()["code"]) == (404, "document-not-found")
    assert answer.json()["errors"][0]["pointer"] == "#/refused_documents/0/title"
    assert await service.counts() == before


async def test_the_reviewer_sets_the_day_of_the_registration_and_the_owner_cannot_move_it(service: Service) -> None:
    entry = await a_submitted_entry(service)
    decision = {"document": "Quyết định số 2439/QĐ-TTg", "decided_on": "2025-11-04", "url": None}
    body = {"due": "2025-12-10", "decision": decision}
    own = await service.post("reviewing-ministry", f"{entry}/registration/due", body)
    assert (own.status_code, own.json()["code"]) == (403, "decision-by-owner")
    set_once = await service.done("steward", f"{entry}/registration/due", body)
    assert (set_once["registration"]["due"], set_once["registration"]["overdue"]) == ("2025-12-10", False)
    again = await service.done("steward", f"{entry}/registration/due", body)
    assert again["version"] == set_once["version"]
    described = await service.done("ministry", "/entries", description(name_en="Research tasks"))
    assert described["registration"]["due"] == "2025-12-10"
    answer = await service.http.get(f"{service.prefix}{entry}")
    service.clock.pass_by(days=7)
    late = await service.http.get(f"{service.prefix}{entry}", headers={"If-None-Match": answer.headers["etag"]})
    assert (late.status_code, late.json()["registration"]["overdue"]) == (200, True)
    [newest, due, *_] = (await service.get(f"{entry}/history"))["items"]
    assert (newest["registration_due"], due["registration_due"], due["decision"]) == ("2025-12-10",) * 2 + (decision,)
    [event] = [event for event in await service.events() if event.version == due["version"]]
    assert event.data["registration"]["due"] == "2025-12-10"


async def test_each_ladder_has_its_dated_steps_with_decision_and_evidence(service: Service) -> None:
    entry = await a_submitted_entry(service)
    decision = {"document": "Quyết định số 12/QĐ-BKHCN", "decided_on": "2025-12-01", "url": None}
    evidence = [{"title": "Biên bản nghiệm thu", "url": "https://example.invalid/bb", "sha256": None}]
    for stage, proof in (("deploying_foundation", {}), ("formed_centralised", {"evidence": evidence})):
        service.clock.pass_by(days=1)
        await service.done("ministry", f"{entry}/stage", {"deployment_stage": stage} | proof)
    service.clock.pass_by(days=1)
    await service.done("steward", f"{entry}/registration/approve", {"decision": decision})
    steps = (await service.get(f"{entry}/history", ladder="deployment"))["items"]
    assert [(one["deployment_stage"], one["occurred_at"][:10], one["evidence"]) for one in steps] == [
        ("formed_centralised", "2025-12-06", evidence),
        ("deploying_foundation", "2025-12-05", []),
        ("not_deployed", "2025-12-04", []),
    ]
    assert {one["deployment_due"] for one in steps} == {"2026-06-30"}
    steps = (await service.get(f"{entry}/history", ladder="registration"))["items"]
    assert [(one["change"], one["decision"]) for one in steps] == [
        ("registration_approved", decision),
        ("registration_submitted", None),
        ("document_added", None),
        ("registered", None),
    ]
    assert [one["ladder"] for one in steps] == ["registration"] * 3 + [None]
    assert steps[0]["organisation_id"] == str(STANDING_BODY)


async def test_a_retired_database_waits_no_more(service: Service) -> None:
    entry = await a_submitted_entry(service)
    await service.done("ministry", f"{entry}/stage", {"deployment_stage": "retire", "reason": "Gộp vào hệ thống khác"})
    assert (await waiting(service))["total"] == 0
    assert (await service.get("/dossiers", waiting="false"))["total"] == 1


async def test_a_hidden_dossier_counts_for_its_owner_alone(service: Service) -> None:
    await a_submitted_entry(service)
    await a_submitted_entry(service, code="KHCN-02", classification="restricted")
    for reader, total in (("other-ministry", 1), ("inspector-elsewhere", 1), ("ministry", 2), ("steward", 2)):
        assert (await service.read(reader, "/own/dossiers", waiting="true"))["total"] == total, reader
    assert (await waiting(service))["total"] == 1
    hidden = stable_id("entry", str(stable_id("organisation", "G06")), "KHCN-02")
    assert (await service.read("ministry", f"/own/entries/{hidden}/dossier"))["code"] == "KHCN-02"
    for headers in ({}, service.headers("ministry")):
        answer = await service.http.get(f"{service.prefix}/entries/{hidden}/dossier", headers=headers)
        assert answer.status_code == 404
