"""Keys of the bodies' own systems: each numbers its tasks as it likes, and nobody reaches into another's numbers."""

import asyncio
import unicodedata
from collections import Counter
from uuid import uuid4

import pytest
from tests.integration.tasks.conftest import Service, an_assigned_task, proposal


@pytest.mark.asyncio
async def test_two_systems_number_their_tasks_alike(service: Service) -> None:
    theirs = await service.post("G01", "/tasks", proposal(lead_organisation="G01", assign=False))
    ours = await service.post("P57", "/tasks", proposal())
    assert (theirs.status_code, ours.status_code) == (201, 201)
    assert theirs.json()["task_id"] != ours.json()["task_id"]
    again = await service.post("P57", "/tasks", proposal())
    assert (again.status_code, again.json()["task_id"]) == (200, ours.json()["task_id"])
    resent = await service.post("G01", "/tasks", proposal(lead_organisation="G01", assign=False))
    assert (resent.status_code, resent.json()["task_id"]) == (200, theirs.json()["task_id"])


@pytest.mark.asyncio
async def test_nobody_finds_out_which_keys_another_body_uses(service: Service) -> None:
    await an_assigned_task(service, external_id="NV-4", classification="restricted")
    tried = proposal(lead_organisation="G01", assign=False)
    taken, free = [await service.post("G01", "/tasks", tried | {"external_id": key}) for key in ("NV-4", "NV-5")]
    assert (taken.status_code, free.status_code) == (201, 201)


@pytest.mark.asyncio
async def test_the_assigning_body_improves_and_assigns_what_a_ministry_proposed(service: Service) -> None:
    proposed = (await service.post("G06", "/tasks", proposal(assign=False, code="GX-7"))).json()
    meant = proposal(task_id=proposed["task_id"], title="Việc thật", source=None, external_id=None)
    assigned = await service.post("P57", "/tasks", meant)
    assert (assigned.status_code, assigned.json()["status"], assigned.json()["title"]) == (200, "assigned", "Việc thật")
    kept = ("task_id", "code", "source", "external_id")
    assert {name: assigned.json()[name] for name in kept} == {name: proposed[name] for name in kept}
    again = await service.post("P57", "/tasks", meant | {"source": "ministry", "external_id": "NV-1"})
    assert (again.status_code, again.json()["version"]) == (200, assigned.json()["version"])
    assert [task["code"] for task in (await service.get("/tasks", q="gx-7"))["items"]] == ["GX-7"]


@pytest.mark.asyncio
async def test_a_proposal_is_never_turned_into_one_between_other_bodies(service: Service) -> None:
    proposed = (await service.post("P57", "/tasks", proposal(assign=False))).json()
    foreign = proposal(assign=False, assigning_organisation="G01", lead_organisation="G06")
    refused = await service.post("P57", "/tasks", foreign)
    assert (refused.status_code, refused.json()["code"]) == (403, "organisation-not-allowed")
    assert (await service.get(f"/tasks/{proposed['task_id']}"))["version"] == 1
    own = await service.post("G06", "/tasks", foreign | {"task_id": proposed["task_id"]})
    assert (own.status_code, own.json()["code"]) == (403, "organisation-not-allowed"), "its lead body did not make it"
    taken_back = await service.post("P57", "/tasks", proposal(assign=True))
    assert (taken_back.status_code, taken_back.json()["assigning_organisation"]["code"]) == (200, "P57")
    moved = await service.post("P57", "/tasks", proposal(assigning_organisation="G06"))
    assert (moved.status_code, moved.json()["code"]) == (403, "organisation-not-allowed")


@pytest.mark.asyncio
async def test_an_identifier_comes_with_no_key_of_another_task(service: Service) -> None:
    task_id = await an_assigned_task(service)
    refused = await service.post("P57", "/tasks", proposal(task_id=str(task_id), external_id="NV-2"))
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "#/external_id")
    assert (await service.get(f"/tasks/{task_id}"))["external_id"] == "NV-1"


@pytest.mark.asyncio
async def test_an_identifier_names_only_what_the_caller_may_see(service: Service) -> None:
    hidden = await an_assigned_task(service, classification="restricted")
    for task_id in (hidden, uuid4()):
        unknown = await service.post("G01", "/tasks", proposal(task_id=str(task_id), lead_organisation="G01"))
        assert (unknown.status_code, unknown.json()["code"]) == (404, "task-not-found")
    shown = await an_assigned_task(service, external_id="NV-2")
    foreign = proposal(task_id=str(shown), external_id="NV-2", title="Của chúng tôi")
    refused = await service.post("G01", "/tasks", foreign)
    assert (refused.status_code, refused.json()["code"]) == (403, "organisation-not-allowed")


SPELLINGS = (
    "NV số 5/2026-QĐ",
    unicodedata.normalize("NFD", "NV số 5/2026-QĐ"),
    "nv SỐ  5/2026–qđ",
    "\u200bNV\u00a0số 5/2026-Q\u00d0 ",
    "ＮＶ số 5/2026-QĐ",
)


@pytest.mark.asyncio
async def test_every_spelling_of_a_key_is_the_same_task_and_the_first_one_stays(service: Service) -> None:
    task_id = await an_assigned_task(service, external_id=SPELLINGS[0])
    for spelling in SPELLINGS[1:]:
        again = await service.post("P57", "/tasks", proposal(source="MINISTRY", external_id=spelling))
        assert (again.status_code, again.json()["task_id"]) == (200, str(task_id)), spelling
        told = again.json()
        assert (told["source"], told["external_id"], told["version"]) == ("ministry", SPELLINGS[0], 2)
    reported = await service.post(
        "G06",
        "/progress/bulk",
        {"source": "Ministry", "external_id": SPELLINGS[2], "text": "Tiến độ", "percent": 10},
    )
    (item,) = reported.json()["items"]
    assert (item["outcome"], item["task_id"]) == ("reported", str(task_id))
    events = [event for event in await service.events() if event.entity_type == "task"]
    assert {event.data["external_id"] for event in events} == {SPELLINGS[0]}


@pytest.mark.asyncio
@pytest.mark.parametrize("key", ["123/QĐ-UBND", "NV số 5/2026", "a?b=c&d#e%2F", "../x", "🇻🇳", "مهمة ٥"])
async def test_a_key_may_be_written_as_bodies_write_their_documents(service: Service, key: str) -> None:
    task_id = await an_assigned_task(service, external_id=key)
    assert (await service.get(f"/tasks/{task_id}"))["external_id"] == key
    named = proposal(task_id=str(task_id), external_id=key)
    assert (await service.post("P57", "/tasks", named)).status_code == 200
    assert [task["code"] for task in (await service.get("/tasks", q=key))["items"]] == [key]


@pytest.mark.asyncio
@pytest.mark.parametrize("key", ["", " ", "\u200b", "a\nb", "a\u0000", "\u0007", "x" * 201])
async def test_a_key_that_shows_nothing_or_breaks_the_line_is_refused(service: Service, key: str) -> None:
    refused = await service.post("P57", "/tasks", proposal(external_id=key))
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "#/external_id")


@pytest.mark.asyncio
async def test_spellings_that_come_at_the_same_time_are_one_task(service: Service) -> None:
    bodies = [proposal(external_id=spelling, code="NV-5", assign=False) for spelling in SPELLINGS * 2]
    answers = await asyncio.gather(*(service.post("P57", "/tasks", body) for body in bodies))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: 9}
    assert len({(answer.json()["task_id"], answer.json()["external_id"]) for answer in answers}) == 1


@pytest.mark.asyncio
async def test_diacritics_count_and_so_does_the_body(service: Service) -> None:
    ours = await an_assigned_task(service, external_id="NV số 5")
    other = await an_assigned_task(service, external_id="NV so 5")
    theirs = await service.post("G01", "/tasks", proposal(lead_organisation="G01", assign=False, external_id="nv số 5"))
    assert len({str(ours), str(other), theirs.json()["task_id"]}) == 3
