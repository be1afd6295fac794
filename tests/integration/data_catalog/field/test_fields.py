"""What an entry holds: described by its owner, confirmed or disputed by who keeps the element, found by the element."""

from typing import Any

import pytest
from tests.integration.data_catalog.conftest import (
    IDENTITY_LAW,
    MINISTRY,
    OTHER_MINISTRY,
    Service,
    an_approved_element,
    an_entry,
    described_fields,
    description,
    element,
    field,
)

pytestmark = pytest.mark.asyncio

PERSON_ID = "so-dinh-danh-ca-nhan"
USES = f"/elements/{PERSON_ID}/uses"


async def the_other_entry(service: Service) -> str:
    """The path of an entry of the other ministry."""
    own = description(code="YT-01", owner_organisation_id=str(OTHER_MINISTRY))
    made = await service.done("other-ministry", "/entries", own)
    return f"/entries/{made['entry_id']}"


async def test_the_uses_of_an_element_are_its_masters_copies_and_collectors(service: Service) -> None:
    await an_approved_element(service)
    master, other = await an_entry(service), await the_other_entry(service)
    await described_fields(service, "ministry", master, field())
    copy = {"role": "copy", "source_entry_id": master.rpartition("/")[2], "method": "service"}
    collected = field(name="so_dinh_danh_2", role="collected")
    await described_fields(service, "other-ministry", other, field(**copy, max_age_seconds=3_600), collected)
    uses = (await service.get(USES))["items"]
    assert [(one["entry"]["code"], one["role"], one["standing"]) for one in uses] == [
        ("KHCN-01", "master", "declared"),
        *((("YT-01", one["role"], "declared")) for one in uses[1:]),
    ]
    assert {one["role"] for one in uses} == {"master", "copy", "collected"}
    [told] = (await service.get(USES, role="copy"))["items"]
    assert told["source"]["code"] == "KHCN-01"
    assert (await service.get(USES, role="master"))["total"] == 1


async def test_what_says_the_same_again_changes_nothing_and_another_link_is_a_new_declaration(
    service: Service,
) -> None:
    await an_approved_element(service)
    entry = await an_entry(service)
    first = await described_fields(service, "ministry", entry, field(), field(name="ghi_chu", element=None, role=None))
    assert (first["added"], first["changed"], first["unchanged"]) == (2, 0, 0)
    service.clock.pass_by(hours=1)
    again = await described_fields(service, "ministry", entry, field(name="SO_DINH_DANH"), field(label="Mã số"))
    assert again is None, "one name twice"
    again = await described_fields(service, "ministry", entry, field())
    assert (again["added"], again["changed"], again["unchanged"]) == (0, 0, 1)
    shown = first["items"][0]
    await service.done(
        "steward",
        f"{entry}/fields/{shown['field_id']}/decide",
        {"standing": "confirmed", "version": shown["version"], "legal_basis": IDENTITY_LAW},
    )
    labelled = (await described_fields(service, "ministry", entry, field(label="Mã số")))["items"][0]
    assert (labelled["standing"], labelled["counts_since"]) == ("confirmed", shown["counts_since"])
    moved = (await described_fields(service, "ministry", entry, field(role="collected")))["items"][0]
    assert (moved["standing"], moved["decided_by"]) == ("declared", None)
    assert moved["counts_since"] > shown["counts_since"]


async def test_the_keeper_of_the_element_decides_and_never_the_owner_of_the_entry(service: Service) -> None:
    await an_approved_element(service)
    own, other = await an_entry(service), await the_other_entry(service)
    mine = (await described_fields(service, "ministry", own, field()))["items"][0]
    theirs = (await described_fields(service, "other-ministry", other, field()))["items"][0]
    confirm: dict[str, Any] = {"standing": "confirmed", "version": 1, "legal_basis": IDENTITY_LAW}
    for client, entry, shown, code in (
        ("ministry", own, mine, "field-decision-by-owner"),
        ("other-ministry", other, theirs, "organisation-not-allowed"),
        ("other-ministry", own, mine, "organisation-not-allowed"),
    ):
        refused = await service.post(client, f"{entry}/fields/{shown['field_id']}/decide", confirm)
        assert (refused.status_code, refused.json()["code"]) == (403, code)
    dispute = {"standing": "disputed", "version": 1, "reason": "Luật giao cho cơ quan khác"}
    disputed = await service.done("ministry", f"{other}/fields/{theirs['field_id']}/decide", dispute)
    assert (disputed["standing"], disputed["decided_by"]["organisation_id"]) == ("disputed", str(MINISTRY))
    assert "Luật giao" not in str(disputed)
    stale = await service.post("ministry", f"{other}/fields/{theirs['field_id']}/decide", confirm)
    assert (stale.status_code, stale.json()["code"]) == (412, "stale-version")
    for half in ({"standing": "confirmed", "version": 2}, {"standing": "disputed", "version": 2}):
        refused = await service.post("ministry", f"{other}/fields/{theirs['field_id']}/decide", half)
        assert refused.status_code == 422


async def test_a_bad_field_is_refused_with_its_place_and_changes_nothing(service: Service) -> None:
    await an_approved_element(service)
    entry = await an_entry(service)
    own = entry.rpartition("/")[2]
    for changes, place in (
        ({"element": "no-such-element"}, "#/fields/1/element"),
        ({"role": None}, "#/fields/1"),
        ({"role": "copy", "source_entry_id": str(MINISTRY)}, "#/fields/1/source_entry_id"),
        ({"service_entry_id": own}, "#/fields/1/service_entry_id"),
        ({"territories": ["no-such-body"]}, "#/fields/1/territories/0"),
        ({"max_age_seconds": 5}, "#/fields/1"),
    ):
        body = {"fields": [field(name="ten"), field(**changes)]}
        refused = await service.post("ministry", f"{entry}/fields", body)
        assert refused.status_code == 422, changes
        assert [one["pointer"] for one in refused.json()["errors"]] == [place]
    itself = await service.post("ministry", f"{entry}/fields", {"fields": [field(role="copy", source_entry_id=own)]})
    assert (itself.status_code, itself.json()["code"]) == (422, "copy-of-itself")
    assert (await service.post("other-ministry", f"{entry}/fields", {"fields": [field()]})).status_code == 403
    assert (await service.counts())["field"] == 0


async def test_a_removed_field_is_no_use_any_more_and_may_come_back(service: Service) -> None:
    await an_approved_element(service)
    entry = await an_entry(service)
    shown = (await described_fields(service, "ministry", entry, field()))["items"][0]
    removed = await service.post("ministry", f"{entry}/fields/{shown['field_id']}/remove", {})
    assert removed.status_code == 204
    assert (await service.get(USES))["items"] == (await service.get(f"{entry}/fields"))["items"] == []
    assert (await service.post("ministry", f"{entry}/fields/{shown['field_id']}/remove", {})).status_code == 404
    service.clock.pass_by(hours=1)
    back = (await described_fields(service, "ministry", entry, field()))["items"][0]
    assert back["field_id"] == shown["field_id"]
    assert back["counts_since"] > shown["counts_since"]


async def test_fields_are_told_to_those_who_may_know_of_them(service: Service) -> None:
    await an_approved_element(service)
    entry = await an_entry(service)
    names = [field(name=name, classification=name) for name in ("public", "state", "restricted")]
    await described_fields(service, "ministry", entry, *names)
    readers = {
        None: ["public"],
        "other-ministry": ["public", "state"],
        "inspector-elsewhere": ["public", "state"],
        "ministry": ["public", "restricted", "state"],
        "inspector": ["public", "restricted", "state"],
        "steward": ["public", "restricted", "state"],
    }
    for client, expected in readers.items():
        for path in (f"{entry}/fields", USES):
            answer = await (service.read(client, f"/own{path}") if client else service.get(path))
            assert sorted(one["name"] for one in answer["items"]) == expected, (client, path)
            assert answer["total"] == len(expected), (client, path)
    await service.done("steward", "/entries", description(classification="restricted"))
    assert (await service.get(USES))["total"] == 0
    assert (await service.read("other-ministry", f"/own{USES}"))["total"] == 0
    assert (await service.read("inspector", f"/own{USES}"))["total"] == 3


async def test_an_owner_ends_no_dispute_of_its_own_field(service: Service) -> None:
    await an_approved_element(service)
    other = await the_other_entry(service)
    shown = (await described_fields(service, "other-ministry", other, field()))["items"][0]
    path = f"{other}/fields/{shown['field_id']}"
    dispute = {"standing": "disputed", "version": 1, "reason": "Luật giao cho cơ quan khác"}
    await service.done("ministry", f"{path}/decide", dispute)
    assert (await service.post("other-ministry", f"{path}/remove", {})).status_code == 204
    for again in (field(), field(subjects="citizens"), field()):
        service.clock.pass_by(hours=1)
        assert (await described_fields(service, "other-ministry", other, again))["items"][0]["standing"] == "disputed"
    [held] = (await service.read("other-ministry", f"/own{USES}"))["items"]
    assert (held["decision_reason"], held["decided_by"]["code"]) == (dispute["reason"], "G06")
    assert [one["decision_reason"] for one in (await service.get(USES))["items"]] == [None]
    elsewhere = (await described_fields(service, "other-ministry", other, field(role="collected")))["items"][0]
    assert (elsewhere["standing"], elsewhere["decided_by"]) == ("declared", None), "another role is another claim"


async def test_a_confirmation_is_corrected_by_another_with_the_right_law(service: Service) -> None:
    await an_approved_element(service)
    entry = await an_entry(service)
    shown = (await described_fields(service, "ministry", entry, field()))["items"][0]
    path = f"{entry}/fields/{shown['field_id']}/decide"
    confirm: dict[str, Any] = {"standing": "confirmed", "version": 1, "legal_basis": IDENTITY_LAW}
    first = await service.done("steward", path, confirm)
    service.clock.pass_by(hours=1)
    right = IDENTITY_LAW | {"article": "Điều 10"}
    second = await service.done("steward", path, confirm | {"version": first["version"], "legal_basis": right})
    assert (second["decision_basis"]["article"], second["version"]) == ("Điều 10", first["version"] + 1)
    assert second["counts_since"] == first["counts_since"]
    same = await service.done("steward", path, confirm | {"version": second["version"], "legal_basis": right})
    assert same == second


async def test_a_description_without_a_classification_opens_no_field(service: Service) -> None:
    entry = await an_entry(service)
    plain = field(element=None, role=None)
    await described_fields(service, "ministry", entry, plain | {"classification": "restricted"})
    again = (await described_fields(service, "ministry", entry, plain | {"label": "Mã số"}))["items"][0]
    assert (again["label"], again["classification"]) == ("Mã số", "restricted")
    assert (await service.get(f"{entry}/fields"))["items"] == []
    new = (await described_fields(service, "ministry", entry, plain | {"name": "khac"}))["items"][0]
    assert new["classification"] == "public"


async def test_a_field_tells_no_draft_of_an_element(service: Service) -> None:
    await service.done("ministry", "/elements", element())
    entry = await an_entry(service)
    await described_fields(service, "ministry", entry, field())
    assert (await service.get(f"{entry}/fields"))["total"] == 0
    assert (await service.read("other-ministry", f"/own{entry}/fields"))["total"] == 0
    assert (await service.read("ministry", f"/own{entry}/fields"))["total"] == 1


async def test_a_field_of_a_restricted_element_is_told_to_its_owner_and_its_keeper(service: Service) -> None:
    path = await an_approved_element(service)
    other = await the_other_entry(service)
    await described_fields(service, "other-ministry", other, field())
    drafted = await service.done("ministry", "/elements", element(restricted=True))
    await service.done("steward", f"{path}/approve", {"version": drafted["version"]})
    assert (await service.get(f"{other}/fields"))["total"] == 0
    for client, total in (("other-ministry", 1), ("ministry", 1), ("inspector-elsewhere", 1), ("steward", 1)):
        assert (await service.read(client, f"/own{other}/fields"))["total"] == total, client
    refused = await service.http.get(f"{service.prefix}{USES}")
    unread = await service.http.get(f"{service.prefix}/own{USES}", headers=service.headers("other-ministry"))
    assert (refused.status_code, unread.status_code) == (404, 404)
    assert (await service.read("ministry", f"/own{USES}"))["total"] == 1
