"""An indicator from its definition to a figure that can be traced: supplied, reviewed, corrected, withdrawn."""

from typing import Any

import pytest
from tests.integration.tasks.conftest import Service
from tests.integration.tasks.value.values import (
    an_indicator,
    approved,
    in_bulk,
    other_hands,
    points,
    published,
    supplied,
    targets,
)

STORY = "online-filing"


async def _step(service: Service, code: str, value_id: str, step: str, **said: Any) -> Any:
    return await service.post(code, f"/values/{value_id}/{step}", said)


@pytest.mark.asyncio
async def test_a_value_counts_once_another_body_has_approved_it(service: Service) -> None:
    await an_indicator(service)
    draft = await supplied(service, "25999", STORY, "2025-11", number=41, submit=False)
    assert (draft["status"], draft["version"]) == ("draft", 0)
    assert [one.entity_type for one in await service.events()] == ["programme", "indicator"], "a draft has no event"
    value_id = draft["value_id"]
    # No other body sees it, and none reviews what was not submitted.
    assert (await service.http.get(f"{service.prefix}/values/{value_id}")).status_code == 404
    assert (await _step(service, "P57", value_id, "approve")).json()["type"].endswith("transition-not-allowed")
    assert (await _step(service, "25999", value_id, "submit")).json()["status"] == "submitted"
    assert (await _step(service, "G06", value_id, "approve")).status_code == 403
    assert (await _step(service, "25999", value_id, "approve")).status_code == 403
    back = (await _step(service, "75", value_id, "return", reason="Thiếu hồ sơ của tháng")).json()
    assert (back["status"], back["return_reason"]) == ("returned", "Thiếu hồ sơ của tháng")
    again = await supplied(service, "25999", STORY, "2025-11", number=43)
    assert again["statement"] == 2
    assert (await points(service, STORY, organisation="25999")) == {}, "what waits is in no figure"
    assert (await _step(service, "75", value_id, "approve")).json()["status"] == "approved"
    (point,) = (await points(service, STORY, organisation="25999", to="2025-11")).values()
    assert (point["own"]["figure"], point["own"]["definition"]) == ("43", 1)
    changes = [(one.change, one.data.get("number")) for one in await service.events() if one.entity_type == "value"]
    assert changes == [("submitted", None), ("returned", None), ("submitted", None), ("approved", "43")]


@pytest.mark.asyncio
async def test_who_typed_a_value_does_not_approve_it(service: Service) -> None:
    await an_indicator(service, supplies=[{"level": "central"}])
    value = await supplied(service, "P57", STORY, "2025-11", number=5)
    refused = await _step(service, "P57", value["value_id"], "approve")
    assert (refused.status_code, refused.json()["type"].rsplit("/", 1)[-1]) == (403, "same-hands")
    path = f"{service.prefix}/values/{value['value_id']}/approve"
    taken = await service.http.post(path, json={}, headers=other_hands(service, "P57"))
    assert taken.json()["status"] == "approved"


@pytest.mark.asyncio
async def test_a_correction_is_true_from_then_and_known_from_now(service: Service) -> None:
    await an_indicator(service)
    value = await approved(service, "25999", STORY, "2025-10", number=100)
    then = service.clock.now
    service.clock.pass_by(hours=48)
    refused = await service.post("25999", f"/indicators/{STORY}/values", {"period": "2025-10", "number": 90})
    assert refused.json()["errors"][0]["code"] == "reason-needed"
    await supplied(service, "25999", STORY, "2025-10", number=90, reason="Đếm trùng hồ sơ")
    assert (await points(service, STORY, organisation="25999"))["2025-10"]["own"]["figure"] == "100", "it stands so far"
    assert (await _step(service, "P57", value["value_id"], "approve")).status_code == 200
    asked = {"organisation": "25999", "as_of": then.isoformat()}
    assert (await points(service, STORY, **asked))["2025-10"]["own"]["figure"] == "90"
    shown_then = await points(service, STORY, **asked, known_at=then.isoformat())
    assert shown_then["2025-10"]["own"]["figure"] == "100"
    corrected = [one for one in await service.events() if one.change == "corrected"]
    assert [(one.occurred_at, one.data["number"]) for one in corrected] == [(then, "90")]
    history = await service.get(f"/values/{value['value_id']}")
    assert [(one["statement"], one["figure"], one["reason"]) for one in history["statements"]] == [
        (2, "90", "Đếm trùng hồ sơ"),
        (1, "100", None),
    ]
    service.clock.pass_by(hours=1)
    assert (await _step(service, "P57", value["value_id"], "withdraw", reason="Sai đơn vị")).status_code == 200
    gone = await points(service, STORY, organisation="25999", **{"from": "2025-10"})
    assert (gone["2025-10"]["state"], gone["2025-10"]["own"]) == ("not_reported", None)
    assert (await points(service, STORY, **asked, known_at=then.isoformat()))["2025-10"]["own"]["figure"] == "100"


@pytest.mark.asyncio
async def test_another_definition_rewrites_nothing_that_was_measured(service: Service) -> None:
    await an_indicator(service)
    await approved(service, "25999", STORY, "2025-10", number=100)
    again = await an_indicator(service, name_en="Filings made online")
    assert again["definition"] == 1, "another name measures the same"
    other = await an_indicator(service, unit="nghìn hồ sơ", value_type="amount", decimals=3)
    assert other["definition"] == 2
    await approved(service, "25999", STORY, "2025-11", number="0.12")
    found = await points(service, STORY, organisation="25999")
    assert [(found[key]["own"]["figure"], found[key]["own"]["definition"]) for key in ("2025-10", "2025-11")] == [
        ("100", 1),
        ("0.12", 2),
    ]
    events = [(one.change, one.data["definition"]) for one in await service.events() if one.entity_type == "indicator"]
    assert events == [("registered", 1), ("updated", 1), ("redefined", 2)]


@pytest.mark.asyncio
async def test_a_series_stands_against_its_path(service: Service) -> None:
    """Villages without a signal: 308 at the end of June, none by the end of December; fewer is better."""
    await an_indicator(service, code="no-signal", direction="down", period_unit="quarter")
    said = {"baseline": {"period": "2025-Q2", "value": 308}, "targets": [{"period": "2025-Q4", "value": 0}]}
    first = await targets(service, "no-signal", "75", **said)
    assert (first.status_code, first.json()["number"]) == (200, 1)
    assert (await targets(service, "no-signal", "75", **said)).json()["number"] == 1, "the same again changes nothing"
    await published(service, "no-signal", {"organisation": "75", "period": "2025-Q3", "number": 200})
    found = await points(service, "no-signal", organisation="75")
    third, fourth = found["2025-Q3"], found["2025-Q4"]
    # 92 of 184 days of the way: 154 were to be left.
    assert (third["path"]["value"], third["gap"], third["behind"]) == ("154", "46", True)
    assert (third["attainment"], third["target"]) == (None, None)
    assert (fourth["state"], fourth["gap"], fourth["target"]["value"]) == ("open", None, "0")
    await published(service, "no-signal", {"organisation": "75", "period": "2025-Q4", "number": 77})
    fourth = (await points(service, "no-signal", organisation="75"))["2025-Q4"]
    assert (fourth["attainment"], fourth["attainment_capped"], fourth["met"]) == ("75", "75", False)
    table = await service.http.get(f"{service.prefix}/indicators/no-signal/series?organisation=75&format=csv")
    assert "no-signal,75,2025-Q3,2025-07-01,2025-09-30,reported,200,,,200,,,0,2,,,154,46,,," in table.text.splitlines()
    sdmx = await service.http.get(f"{service.prefix}/indicators/no-signal/series?organisation=75&format=sdmx-csv")
    assert "dataflow,SIXCLEAR:INDICATORS(1.0),I,no-signal,75,2025-Q3,200,A,hồ sơ,,1,1" in sdmx.text.splitlines()


@pytest.mark.asyncio
async def test_a_form_shows_what_is_due_and_goes_as_a_whole(service: Service) -> None:
    await an_indicator(service)
    await an_indicator(service, code="papers-digitised", value_type="share", decimals=2, unit="%")
    supplies = [{"organisation": "25999", "supplier": "75"}]
    await an_indicator(service, code="no-power", supplies=supplies)
    form = await service.http.get(f"{service.prefix}/own/forms?period=2025-11", headers=service.headers("25999"))
    assert [line["indicator"] for line in form.json()["items"]] == ["online-filing", "papers-digitised"]
    of_others = await service.http.get(f"{service.prefix}/own/forms?period=2025-11", headers=service.headers("75"))
    named = [(line["indicator"], line["organisation"]["code"]) for line in of_others.json()["items"]]
    assert named == [("no-power", "25999"), ("online-filing", "75"), ("papers-digitised", "75")]
    items = [
        {"indicator": "online-filing", "period": "2025-11", "number": 41},
        {"indicator": "papers-digitised", "period": "2025-11", "number": "48.25"},
    ]
    assert (await in_bulk(service, "25999", *items, dry_run=True))["drafted"] == 2
    assert (await in_bulk(service, "25999", *items))["drafted"] == 2, "a dry run wrote nothing"
    assert (await in_bulk(service, "25999", *items))["unchanged"] == 2, "a file that is sent again changes nothing"
    whole = {"decision": "submit", "period": "2025-11"}
    assert (await service.post("25999", "/values/review", whole)).json()["decided"] == 2
    chosen = {"decision": "approve", "organisation": "75", "period": "2025-11"}
    preview = (await service.post("75", "/values/review?dry_run=true", chosen)).json()
    assert (preview["found"], preview["decided"], preview["left"]) == (2, 2, 0)
    assert [one["status"] for one in preview["items"]] == ["submitted", "submitted"]
    assert (await service.post("75", "/values/review", chosen)).json()["decided"] == 2
    assert (await service.post("75", "/values/review", chosen)).json()["found"] == 0
    form = await service.http.get(f"{service.prefix}/own/forms?period=2025-11", headers=service.headers("25999"))
    assert [line["value"]["status"] for line in form.json()["items"]] == ["approved", "approved"]


@pytest.mark.asyncio
async def test_what_is_not_plausible_is_explained(service: Service) -> None:
    await an_indicator(service, plausibility={"most": 500, "jump_percent": 50})
    await approved(service, "25999", STORY, "2025-10", number=100)
    refused = await service.post(
        "25999", f"/indicators/{STORY}/values", {"period": "2025-11", "number": 600, "submit": True}
    )
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "note-needed")
    value = await supplied(service, "25999", STORY, "2025-11", number=600, note="Chiến dịch cao điểm")
    assert value["breaches"] == ["above-range", "jump"]
    preview = (await service.post("75", "/values/review?dry_run=true", {"decision": "approve"})).json()
    assert [one["breaches"] for one in preview["items"]] == [["above-range", "jump"]]


@pytest.mark.asyncio
async def test_a_review_of_many_leaves_out_what_needs_another_person(service: Service) -> None:
    await an_indicator(service, plausibility={"most": 500})
    await supplied(service, "75", STORY, "2025-11", number=5)
    await supplied(service, "25999", STORY, "2025-11", number=6)
    found = (await service.post("P57", "/values/review?dry_run=true", {"decision": "approve"})).json()
    assert (found["found"], found["decided"], found["kept_back"], found["left"]) == (2, 2, 0, 0)
    path = f"{service.prefix}/values/review"
    await an_indicator(service, code="own", supplies=[{"level": "central"}])
    await supplied(service, "P57", "own", "2025-11", number=7)
    kept = (await service.post("P57", "/values/review", {"decision": "approve"})).json()
    assert (kept["found"], kept["decided"], kept["kept_back"]) == (3, 2, 1)
    by_another = await service.http.post(path, json={"decision": "approve"}, headers=other_hands(service, "P57"))
    assert (by_another.json()["decided"], by_another.json()["kept_back"]) == (1, 0)
    await supplied(service, "25999", STORY, "2025-10", number=600, submit=False)
    unexplained = (await service.post("25999", "/values/review", {"decision": "submit"})).json()
    assert (unexplained["found"], unexplained["decided"], unexplained["kept_back"]) == (1, 0, 1)


@pytest.mark.asyncio
async def test_a_file_and_a_review_that_are_sent_again_with_their_key_are_answered_again(service: Service) -> None:
    await an_indicator(service)
    headers = service.headers("25999") | {"Idempotency-Key": "thang-11", "content-type": "application/x-ndjson"}
    line = b'{"indicator": "online-filing", "period": "2025-11", "number": 5, "submit": true}'
    path = f"{service.prefix}/values/bulk"
    sent = [await service.http.post(path, content=line, headers=headers) for _ in range(2)]
    assert [one.status_code for one in sent] == [200, 200], sent[1].text
    assert sent[1].json() == sent[0].json()
    reviewing = service.headers("P57") | {"Idempotency-Key": "duyet-11"}
    path, entry = f"{service.prefix}/values/review", {"decision": "approve"}
    decided = [await service.http.post(path, json=entry, headers=reviewing) for _ in range(2)]
    assert [one.status_code for one in decided] == [200, 200], decided[1].text
    assert decided[1].json() == decided[0].json()
