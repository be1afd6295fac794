"""Findings: computed from what bodies declare, opened at the instant of their cause, excused by another body."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update
from tests.integration.data_catalog.conftest import (
    IDENTITY_LAW,
    MINISTRY,
    OTHER_MINISTRY,
    STANDING_BODY,
    Service,
    an_approved_element,
    an_entry,
    described_fields,
    description,
    element,
    field,
)

from sixclear.data_catalog.organisation.models import Organisation

pytestmark = pytest.mark.asyncio

PERSON_ID = "so-dinh-danh-ca-nhan"


async def found(service: Service, client: str | None = None, **params: str) -> list[dict[str, Any]]:
    """The findings that a client reads, or everyone."""
    path = "/own/findings" if client else "/findings"
    answer = await (service.read(client, path, **params) if client else service.get(path, **params))
    assert answer["total"] == len(answer["items"])
    items: list[dict[str, Any]] = answer["items"]
    return items


async def kinds(service: Service, client: str | None = None, **params: str) -> list[str]:
    return sorted(one["kind"] for one in await found(service, client, **params))


async def an_entry_of(service: Service, client: str, code: str, **changes: Any) -> str:
    owner = {"ministry": MINISTRY, "other-ministry": OTHER_MINISTRY}[client]
    body = description(code=code, owner_organisation_id=str(owner), **changes)
    return f"/entries/{(await service.done(client, '/entries', body))['entry_id']}"


def hours_after(at: str, hours: int) -> datetime:
    return datetime.fromisoformat(at) + timedelta(hours=hours)


async def figures(service: Service) -> tuple[int, dict[str, tuple[int, int, int]]]:
    """Of how many elements nothing is known; by kind, how many findings are open, excused, of the demonstration."""
    told = await service.get("/findings/figures")
    rows = {one["kind"]: (one["open"], one["excused"], one["demonstration"]) for one in told["items"]}
    assert len(rows) == 7
    return told["not_known"], {kind: counted for kind, counted in rows.items() if any(counted)}


async def test_an_element_that_no_field_names_is_not_known_and_no_finding(service: Service) -> None:
    await an_approved_element(service)
    await an_approved_element(service, code="ngay-sinh", type="date", min_length=None, max_length=None, pattern=None)
    assert await found(service) == []
    assert await figures(service) == (2, {})
    entry = await an_entry_of(service, "ministry", "MAU", demonstration=True)
    await described_fields(service, "ministry", entry, field(role="collected"))
    assert await figures(service) == (1, {"no_master": (1, 0, 0)})
    await described_fields(service, "ministry", entry, field())
    assert await figures(service) == (1, {"shared_with_nobody": (1, 0, 1)})


async def test_an_element_without_a_master_is_found_from_its_approval_on_and_again_from_the_end_of_its_master(
    service: Service,
) -> None:
    path = await an_approved_element(service)
    collector = await an_entry_of(service, "other-ministry", "YT-01")
    await described_fields(service, "other-ministry", collector, field(role="collected"))
    [nobody] = await found(service)
    assert (nobody["kind"], nobody["element"], nobody["field"]) == ("no_master", PERSON_ID, None)
    assert nobody["organisation"]["organisation_id"] == str(MINISTRY)
    assert nobody["opened_at"] == (await service.get("/elements"))["items"][0]["approved_at"]
    service.clock.pass_by(hours=1)
    drafted = await service.done("ministry", "/elements", element(name_en="Personal number"))
    await service.done("steward", f"{path}/approve", {"version": drafted["version"]})
    [again] = await found(service)
    assert again == nobody, "a new version is no new cause"
    entry = await an_entry(service)
    shown = (await described_fields(service, "ministry", entry, field()))["items"][0]
    assert await kinds(service) == ["shared_with_nobody"]
    service.clock.pass_by(hours=1)
    disputed = {"standing": "disputed", "version": 1, "reason": "Luật giao cho cơ quan khác"}
    decided = await service.done("steward", f"{entry}/fields/{shown['field_id']}/decide", disputed)
    [back] = await found(service)
    assert (back["finding_id"], back["opened_at"]) == (nobody["finding_id"], decided["decided_at"])
    moved = field(element=None, role=None)
    await described_fields(service, "ministry", entry, moved)
    await described_fields(service, "other-ministry", collector, moved)
    assert await found(service, element=PERSON_ID) == [back], "what named it once is looked at too"


async def test_two_masters_are_found_only_where_they_cover_the_same(service: Service) -> None:
    await an_approved_element(service)
    one, other = await an_entry(service), await an_entry_of(service, "other-ministry", "YT-01")
    give: dict[str, Any] = {"classification": "public"}
    await described_fields(service, "ministry", one, field(territories=["G06"], **give))
    await described_fields(service, "other-ministry", other, field(territories=["G01"], **give))
    assert "two_masters" not in await kinds(service)
    async with service.database.transaction() as session:
        ministry = update(Organisation).where(Organisation.entity_id == MINISTRY)
        await session.execute(ministry.values(parent_id=STANDING_BODY))
    service.clock.pass_by(hours=1)
    second = (await described_fields(service, "other-ministry", other, field(territories=["P57"])))["items"][0]
    pair = await found(service, kind="two_masters")
    assert {one["field"]["entry"]["code"]: one["others"][0]["entry"]["code"] for one in pair} == {
        "KHCN-01": "YT-01",
        "YT-01": "KHCN-01",
    }, "P57 stands above G06"
    assert {one["opened_at"] for one in pair} == {second["counts_since"]}
    await described_fields(service, "other-ministry", other, field(territories=["P57"], subjects="foreigners"))
    await described_fields(service, "ministry", one, field(territories=["G06"], subjects="citizens"))
    assert "two_masters" not in await kinds(service)
    twice = await described_fields(service, "ministry", one, field(), field(name="so_dinh_danh_cha"))
    assert [item["role"] for item in twice["items"]] == ["master", "master"]
    assert {item["field"]["entry"]["code"] for item in await found(service, kind="two_masters")} == {
        "KHCN-01",
        "YT-01",
    }, "each is beside the other ministry; two fields of one entry are one master"


async def test_who_collects_again_is_found_only_while_a_service_gives_it(service: Service) -> None:
    await an_approved_element(service)
    master, collector = await an_entry(service), await an_entry_of(service, "other-ministry", "YT-01")
    given_by = await an_entry_of(service, "ministry", "DV-01", kind="data_service")
    service_id = given_by.rpartition("/")[2]
    await described_fields(service, "ministry", master, field(service_entry_id=service_id))
    service.clock.pass_by(hours=1)
    collected = (await described_fields(service, "other-ministry", collector, field(role="collected")))["items"][0]
    assert await kinds(service) == [], "it has given no sign of life"
    await service.done("ministry", f"{given_by}/heartbeats", {})
    [again] = await found(service)
    assert (again["kind"], again["others_count"]) == ("collected_again", 1)
    assert again["others"][0]["entry"]["code"] == "KHCN-01"
    assert again["organisation"]["organisation_id"] == str(OTHER_MINISTRY)
    assert again["opened_at"] == collected["counts_since"]
    assert await kinds(service, owner="G01") == ["collected_again"]
    assert await kinds(service, owner="G06") == []
    service.clock.pass_by(hours=25)
    assert await kinds(service) == [], "the service promised a sign of life a day"
    await service.done(
        "ministry", "/entries", description(code="DV-01", kind="data_service", promised_period_seconds=2_592_000)
    )
    await service.done("ministry", f"{given_by}/heartbeats", {})
    service.clock.pass_by(days=6)
    assert await kinds(service) == ["collected_again"]
    service.clock.pass_by(days=2)
    assert await kinds(service) == [], "what is older than a week says nothing of today"


async def test_time_alone_makes_a_copy_too_old_and_the_finding_opens_at_that_instant(service: Service) -> None:
    await an_approved_element(service)
    master, other = await an_entry(service), await an_entry_of(service, "other-ministry", "YT-01")
    await described_fields(service, "ministry", master, field())
    copy = field(role="copy", source_entry_id=master.rpartition("/")[2], max_age_seconds=7_200)
    shown = (await described_fields(service, "other-ministry", other, copy))["items"][0]
    assert await kinds(service) == []
    service.clock.pass_by(hours=2)
    assert await kinds(service) == [], "it may be two hours old"
    service.clock.pass_by(hours=3)
    [old] = await found(service)
    assert old["kind"] == "copy_too_old"
    assert datetime.fromisoformat(old["opened_at"]) == hours_after(shown["counts_since"], 2)
    await described_fields(service, "other-ministry", other, copy | {"synchronised_at": service.clock().isoformat()})
    assert await kinds(service) == []
    service.clock.pass_by(hours=1)
    gone = await service.post("other-ministry", f"{other}/fields/{shown['field_id']}/remove", {})
    assert gone.status_code == 204
    [alone] = await found(service)
    assert alone["kind"] == "shared_with_nobody"
    assert datetime.fromisoformat(alone["opened_at"]) == service.clock()


async def test_what_has_no_law_or_another_form_than_the_dictionary_is_found(service: Service) -> None:
    await an_approved_element(service)
    entry = await an_entry(service)
    odd = field(role="collected", legal_basis=None, type="integer", max_length=None)
    long = field(name="so_giay_to", role="copy", max_length=20)
    derived = field(name="tinh_ra", role="derived", type="number", legal_basis=None)
    await described_fields(service, "ministry", entry, odd, long, derived)
    told = {(one["kind"], one["field"] and one["field"]["name"]): one for one in await found(service)}
    assert told.keys() == {
        ("no_master", None),
        ("no_legal_basis", "so_dinh_danh"),
        ("unlike_dictionary", "so_dinh_danh"),
        ("unlike_dictionary", "so_giay_to"),
    }
    assert told["unlike_dictionary", "so_dinh_danh"]["differences"] == ["type"]
    assert told["unlike_dictionary", "so_giay_to"]["differences"] == ["max_length"]
    assert await kinds(service, entry=entry.rpartition("/")[2], kind="no_legal_basis") == ["no_legal_basis"]


async def test_an_excuse_is_given_by_another_body_by_law_counted_apart_and_ends(service: Service) -> None:
    await an_approved_element(service)
    entry = await an_entry(service)
    await described_fields(service, "ministry", entry, field())
    [finding] = await found(service)
    path = f"/findings/{finding['finding_id']}/excuse"
    until = (service.clock() + timedelta(days=30)).isoformat()
    step = {"legal_basis": IDENTITY_LAW, "expires_at": until}
    own = await service.post("reviewing-ministry", path, step)
    assert (own.status_code, own.json()["code"]) == (403, "excuse-by-owner")
    assert (await service.post("ministry", path, step)).json()["code"] == "insufficient-scope"
    past = await service.post("steward", path, step | {"expires_at": service.clock().isoformat()})
    assert (past.status_code, past.json()["code"]) == (422, "excuse-ends-in-past")
    years = await service.post("steward", path, step | {"expires_at": "2027-12-05T00:00:00Z"})
    assert (years.status_code, years.json()["code"]) == (422, "excuse-too-long")
    unknown = await service.post("steward", f"/findings/{UUID(int=7)}/excuse", step)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "finding-not-found")
    excused = await service.done("steward", path, step)
    assert (excused["state"], excused["opened_at"]) == ("excused", finding["opened_at"])
    assert excused["excuse"]["excused_by"]["organisation_id"] == str(STANDING_BODY)
    assert await kinds(service, state="open") == []
    assert await figures(service) == (0, {"shared_with_nobody": (0, 1, 0)})
    service.clock.pass_by(days=31)
    [again] = await found(service, state="open")
    assert (again["finding_id"], again["opened_at"]) == (finding["finding_id"], finding["opened_at"])


async def test_an_excuse_ends_with_the_cause_that_was_excused_and_with_the_body_that_gave_it(service: Service) -> None:
    await an_approved_element(service)
    entry = await an_entry(service)
    shown = (await described_fields(service, "ministry", entry, field()))["items"][0]
    [finding] = await found(service)
    path = f"/findings/{finding['finding_id']}/excuse"
    step = {"legal_basis": IDENTITY_LAW, "expires_at": (service.clock() + timedelta(days=300)).isoformat()}
    await service.done("steward", path, step)
    assert await kinds(service, state="excused") == ["shared_with_nobody"]
    service.clock.pass_by(days=1)
    await service.post("ministry", f"{entry}/fields/{shown['field_id']}/remove", {})
    service.clock.pass_by(days=1)
    await described_fields(service, "ministry", entry, field())
    assert await kinds(service, state="open") == ["shared_with_nobody"], "the excuse was of what ended"
    await service.done("steward", path, step)
    await service.done("steward", "/entries", description(owner_organisation_id=str(STANDING_BODY)))
    assert await kinds(service, state="open") == ["shared_with_nobody"], "no body excuses its own"


async def test_above_a_number_of_fields_findings_are_those_of_an_element_an_entry_or_an_owner(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    await an_approved_element(service)
    entry = await an_entry(service)
    await described_fields(service, "ministry", entry, field(), field(name="so_dinh_danh_cha"))
    monkeypatch.setattr("sixclear.data_catalog.finding.service.MOST_FIELDS", 1)
    refused = await service.http.get(f"{service.prefix}/findings", params={"kind": "no_master"})
    assert (refused.status_code, refused.json()["code"]) == (422, "findings-need-narrowing")
    for narrow in ({"element": PERSON_ID}, {"entry": entry.rpartition("/")[2]}, {"owner": "G06"}):
        assert await kinds(service, **narrow) == ["shared_with_nobody"] * 2, narrow
    monkeypatch.setattr("sixclear.data_catalog.finding.service.MOST_FIELDS", 2)
    assert await kinds(service) == ["shared_with_nobody"] * 2


async def test_who_may_not_know_of_a_part_reads_findings_as_if_it_were_not_there(service: Service) -> None:
    await an_approved_element(service)
    one, other = await an_entry(service), await an_entry_of(service, "other-ministry", "YT-01")
    await described_fields(service, "ministry", one, field())
    await described_fields(service, "other-ministry", other, field(classification="restricted"))
    assert await kinds(service) == ["shared_with_nobody"]
    assert await kinds(service, "ministry") == ["shared_with_nobody"]
    for client in ("other-ministry", "steward", "inspector-elsewhere"):
        assert await kinds(service, client, kind="two_masters") == ["two_masters", "two_masters"], client
    await service.done("steward", "/entries", description(classification="state"))
    assert await kinds(service) == []
    assert await figures(service) == (1, {})
    assert await kinds(service, "ministry") == ["shared_with_nobody"]


async def test_the_end_of_a_master_that_was_hidden_moves_no_instant_for_those_it_was_hidden_from(
    service: Service,
) -> None:
    await an_approved_element(service)
    collector = await an_entry_of(service, "other-ministry", "YT-01")
    await described_fields(service, "other-ministry", collector, field(role="collected"))
    [before] = await found(service)
    entry = await an_entry(service)
    hidden = field(classification="restricted")
    await described_fields(service, "ministry", entry, hidden)
    service.clock.pass_by(hours=1)
    await described_fields(service, "ministry", entry, hidden | {"element": None, "role": None})
    await described_fields(service, "ministry", entry, field(element=None, role=None, classification="public"))
    assert await found(service) == [before], "it ended while nobody else might know of it"
    [own] = await found(service, "ministry", kind="no_master")
    assert datetime.fromisoformat(own["opened_at"]) == service.clock()


async def test_pages_of_findings_have_each_finding_once(service: Service) -> None:
    entry = await an_entry(service)
    for number in range(7):
        await an_approved_element(service, code=f"ma-so-{number}")
        named = field(name=f"cot_{number}", element=f"ma-so-{number}", role="collected")
        await described_fields(service, "ministry", entry, named)
        service.clock.pass_by(minutes=number % 2)
    seen, cursor = [], None
    while True:
        page = await service.get("/findings", limit=2, **({"cursor": cursor} if cursor else {}))
        assert page["total"] == 7
        seen += [one["element"] for one in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert sorted(seen) == [f"ma-so-{number}" for number in range(7)]
