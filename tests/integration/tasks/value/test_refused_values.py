"""Bad input by the table: each is refused by name, and changes nothing."""

import pytest
from tests.integration.tasks.conftest import Service
from tests.integration.tasks.imports.test_imports import as_csv, faults, heading, told
from tests.integration.tasks.value.values import INDICATOR, an_indicator, in_bulk, points, targets

_LINE = '{"indicator": "%s", "period": "%s", %s}'
# Where a line is read, its faults have one code, `invalid`, and are named in words.
_NOT_FINITE = "Write a finite number with digits alone, such as 1250.5"
_TOO_LONG = "At most 18 digits before the point and 6 after it; write more than 15 digits in quotes"
_COMMA = "Write a point between units and fraction, and no marks of thousands, such as 1250.5"
# What is wrong: the body that sends it, its line, and what the result names: a code, or those words.
TABLE = {
    "NaN": ("25999", _LINE % ("count", "2025-11", '"number": NaN'), "unreadable"),
    "NaN as text": ("25999", _LINE % ("count", "2025-11", '"number": "NaN"'), _NOT_FINITE),
    "infinity": ("25999", _LINE % ("count", "2025-11", '"number": "Infinity"'), _NOT_FINITE),
    "1e400": ("25999", _LINE % ("count", "2025-11", '"number": 1e400'), _NOT_FINITE),
    "1e400 as text": ("25999", _LINE % ("count", "2025-11", '"number": "1e400"'), _NOT_FINITE),
    "40 digits": ("25999", _LINE % ("count", "2025-11", '"number": ' + "9" * 40), _TOO_LONG),
    "40 digits as text": ("25999", _LINE % ("count", "2025-11", f'"number": "{"9" * 40}"'), _TOO_LONG),
    "a negative count": ("25999", _LINE % ("count", "2025-11", '"number": -1'), "negative-count"),
    "a part of a case": ("25999", _LINE % ("count", "2025-11", '"number": 1.5'), "too-many-decimals"),
    "a numerator above its denominator": (
        "25999",
        _LINE % ("ratio", "2025-11", '"numerator": 3, "denominator": 2'),
        "numerator-above-denominator",
    ),
    "a ratio without parts": ("25999", _LINE % ("ratio", "2025-11", '"number": 92.5'), "parts-needed"),
    "a period of another unit": ("25999", _LINE % ("count", "2025-Q4", '"number": 1'), "period-wrong"),
    "no period": ("25999", _LINE % ("count", "11/2025", '"number": 1'), "period-unknown"),
    "a future period": ("25999", _LINE % ("count", "2026-01", '"number": 1'), "period-in-future"),
    "a body that is not measured": ("G06", _LINE % ("count", "2025-11", '"number": 1'), "body-not-measured"),
    "another body's value": (
        "75",
        _LINE % ("count", "2025-11", '"number": 1, "organisation": "25999"'),
        "organisation-not-allowed",
    ),
    "a decimal comma": ("25999", _LINE % ("count", "2025-11", '"number": "1,5"'), _COMMA),
    "marks of thousands": ("25999", _LINE % ("count", "2025-11", '"number": "1.250,5"'), _COMMA),
    "a comma without quotes": ("25999", '{"indicator": "count", "period": "2025-11", "number": 1,5}', "unreadable"),
    "an unknown indicator": ("25999", _LINE % ("nothing", "2025-11", '"number": 1'), "indicator-not-found"),
    "an approval that is not the sender's": (
        "25999",
        _LINE % ("count", "2025-11", '"number": 1, "approved_by": {"number": "1/BC", "issued_on": "2025-12-01"}'),
        "organisation-not-allowed",
    ),
    "a time without a document": (
        "25999",
        _LINE % ("count", "2025-11", '"number": 1, "occurred_at": "2025-12-01T00:00:00Z"'),
        "not-approved",
    ),
}


@pytest.mark.asyncio
async def test_bad_values_are_refused_by_name_and_their_neighbours_are_taken(service: Service) -> None:
    await an_indicator(service, code="count")
    await an_indicator(service, code="ratio", value_type="ratio", decimals=2)
    good = _LINE % ("ratio", "2025-10", '"numerator": 0, "denominator": 0')
    before = len(await service.events())
    for what, (code, line, expected) in TABLE.items():
        result = await in_bulk(service, code, raw=line.encode())
        assert result["rejected"] == 1, what
        problem = result["items"][0]["problem"]
        assert expected in (problem["code"], problem["detail"].partition(". ")[0]), what
        assert problem["detail"].endswith("."), what
    lines = "\n".join([good, *(line for code, line, _ in TABLE.values() if code == "25999")])
    result = await in_bulk(service, "25999", raw=lines.encode())
    assert (result["drafted"], result["rejected"]) == (1, len(result["items"]) - 1)
    assert len(await service.events()) == before


@pytest.mark.asyncio
async def test_two_values_for_one_slot_in_a_file_are_both_refused(service: Service) -> None:
    await an_indicator(service, code="count")
    line = {"indicator": "count", "period": "2025-11"}
    result = await in_bulk(
        service, "25999", line | {"number": 1}, {**line, "period": "2025-10", "number": 3}, line | {"number": 2}
    )
    codes = [one["problem"] and one["problem"]["code"] for one in result["items"]]
    assert codes == ["slot-twice", None, "slot-twice"]


@pytest.mark.asyncio
async def test_another_file_of_a_client_that_names_its_requests_alike_is_another_file(service: Service) -> None:
    await an_indicator(service, code="count")
    headers = service.headers("25999") | {"content-type": "application/x-ndjson", "X-Request-ID": "bao-cao-thang"}
    path = f"{service.prefix}/values/bulk"
    for number in (1, 2):
        line = _LINE % ("count", "2025-11", f'"number": {number}')
        assert (await service.http.post(path, content=line, headers=headers)).json()["drafted"] == 1, number


@pytest.mark.asyncio
async def test_a_single_value_is_refused_as_one_of_a_file(service: Service) -> None:
    await an_indicator(service, code="count")
    for said, code in (({"number": "1,5"}, "decimal-comma"), ({"number": -1}, "negative-count"), ({}, "number-needed")):
        response = await service.post("25999", "/indicators/count/values", {"period": "2025-11"} | said)
        assert (response.status_code, response.json()["errors"][0]["code"]) == (422, code)


@pytest.mark.asyncio
async def test_who_is_not_the_owner_sets_no_definition_and_no_target(service: Service) -> None:
    entry = {"organisation": "75", "targets": [{"period": "2025", "value": 1}]}
    await an_indicator(service, code="count")
    path = f"{service.prefix}/indicators/count/targets"
    assert (await service.http.put(path, json=entry, headers=service.headers("75"))).status_code == 403
    both = {"level": "commune", "organisation": "75"}
    refused = await service.post("P57", "/indicators", INDICATOR | {"code": "count", "supplies": [both]})
    assert refused.json()["errors"][0] == {
        "pointer": "#/supplies/0",
        "code": "level-or-organisation",
        "detail": "Name a level, or one organisation, and not both.",
    }
    bad = [
        ({"targets": [{"period": "2025-13", "value": 1}]}, "period-unknown"),
        ({"targets": [{"period": "2025", "low": 1, "high": 2}]}, "value-needed"),
        ({"targets": [{"period": "2025", "value": 1}, {"period": "2025-12", "value": 2}]}, "same-day"),
        ({"targets": [], "points": [{"period": "2025", "value": 1}]}, "points-not-used"),
    ]
    for said, code in bad:
        found = await targets(service, "count", "75", **said)
        assert (found.status_code, found.json()["errors"][0]["code"]) == (422, code)
    assert (await service.get("/indicators/count/targets"))["items"] == []


# What is wrong: who sends it, the cells, and the member at which each answer says it; None: it is about the sender.
CELLS: dict[str, tuple[str, dict[str, str], str | None]] = {
    "NaN": ("25999", {"number": "NaN"}, "number"),
    "infinity": ("25999", {"number": "Infinity"}, "number"),
    "minus infinity": ("25999", {"number": "-inf"}, "number"),
    "1e400": ("25999", {"number": "1e400"}, "number"),
    "40 digits": ("25999", {"number": "9" * 40}, "number"),
    "40 decimals": ("25999", {"number": "0." + "3" * 40}, "number"),
    "a negative count": ("25999", {"number": "-1"}, "number"),
    "a numerator above its denominator": (
        "25999",
        {"indicator": "ratio", "numerator": "3", "denominator": "2"},
        "numerator",
    ),
    "a decimal comma": ("25999", {"number": "1,5"}, "number"),
    "marks of thousands": ("25999", {"number": "1.250,5"}, "number"),
    "a period of another unit": ("25999", {"number": "1", "period": "2025-Q4"}, "period"),
    "no period": ("25999", {"number": "1", "period": "11/2025"}, "period"),
    "a future period": ("25999", {"number": "1", "period": "2026-01"}, "period"),
    "a body that is not measured": ("G06", {"number": "1"}, "organisation"),
    "another body's value": ("75", {"number": "1", "organisation": "25999"}, None),
    "an unknown body": ("25999", {"number": "1", "organisation": "nowhere"}, "organisation"),
    "digits of another script": ("25999", {"number": "١٢"}, "number"),
}


@pytest.mark.asyncio
async def test_bad_values_are_refused_at_their_place_on_each_way_in_and_change_nothing(service: Service) -> None:
    await an_indicator(service, code="count")
    await an_indicator(service, code="ratio", value_type="ratio", decimals=2)
    before = len(await service.events())
    for what, (code, cells, member) in CELLS.items():
        row = {"indicator": "count", "period": "2025-11"} | cells
        await _refused_alone(service, what, code, row, member)
        (item,) = (await in_bulk(service, code, row))["items"]
        assert item["outcome"] == "rejected", what
        assert _member(item["problem"]["pointer"]) == member, what
        (item,) = (await told(service, "values", as_csv("values", [row]), code=code))["items"]
        assert (item["outcome"], item["row"]) == ("rejected", 2), what
        column = member and heading("values", member)
        assert (item["problem"]["column"], item["problem"]["came"]) == (column, row.get(member or "")), what
        assert item["problem"]["detail"].endswith("."), what
    for indicator in ("count", "ratio"):
        assert await points(service, indicator, organisation="25999") == {}
    assert len(await service.events()) == before
    form = await service.http.get(f"{service.prefix}/own/forms?period=2025-11", headers=service.headers("25999"))
    assert [one["value"] for one in form.json()["items"]] == [None, None], "not even a draft was written"


async def _refused_alone(service: Service, what: str, code: str, row: dict[str, str], member: str | None) -> None:
    """The same as a request of its own: a problem with its place."""
    said = {name: value for name, value in row.items() if name != "indicator"}
    answer = await service.post(code, f"/indicators/{row['indicator']}/values", said)
    assert answer.status_code == (403 if member is None else 422), (what, answer.text)
    assert answer.headers["content-type"] == "application/problem+json", what
    errors = answer.json().get("errors") or [{"pointer": None}]
    assert _member(errors[0]["pointer"]) == member, what


def _member(pointer: str | None) -> str | None:
    return None if pointer is None else pointer.removeprefix("#").strip("/").partition("/")[0]


@pytest.mark.asyncio
async def test_two_rows_for_one_slot_are_both_refused_by_import_too(service: Service) -> None:
    await an_indicator(service, code="count")
    rows = [{"indicator": "count", "period": "2025-11", "number": number} for number in ("1", "2")]
    answer = await told(service, "values", as_csv("values", rows), code="25999")
    period = heading("values", "period")
    assert faults(answer) == [(2, period, "2025-11", "slot-twice"), (3, period, "2025-11", "slot-twice")]
