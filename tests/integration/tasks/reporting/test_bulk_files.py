"""Files as spreadsheets and editors write them, and what a sender reads of its faults."""

import gzip
import json
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.integration.tasks.conftest import Service, an_assigned_task, proposal

CASES = Path(__file__).parents[3] / "cases"
GOOD = {"external_id": "CV-1", "source": "import", "text": "Tiến độ", "percent": 10}


async def post(service: Service, content: bytes) -> httpx2.Response:
    headers = service.headers("G06") | {"Content-Type": "application/x-ndjson"}
    return await service.http.post("/api/tasks/v1/progress/bulk", content=content, headers=headers)


async def send(service: Service, content: bytes) -> list[dict[str, Any]]:
    """What became of each item of a file on the tasks CV-1 and CV-2."""
    for number in (1, 2):
        await service.post("P57", "/tasks", proposal(source="import", external_id=f"CV-{number}"))
    response = await post(service, content)
    assert response.status_code == 200, response.text
    items: list[dict[str, Any]] = response.json()["items"]
    return items


def told(items: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [(item["index"], item["line"], item["outcome"], item["external_id"]) for item in items]


@pytest.mark.asyncio
async def test_a_file_with_bom_and_crlf_is_read(service: Service) -> None:
    await an_assigned_task(service, source="import", external_id="CV-1")
    items = await send(service, (CASES / "bulk_with_bom_and_crlf.ndjson").read_bytes())
    assert told(items) == [(0, 1, "reported", "CV-1"), (1, 2, "reported", "CV-2")]


@pytest.mark.asyncio
async def test_lines_are_counted_as_the_editor_counts_them(service: Service) -> None:
    items = await send(service, (CASES / "bulk_with_blank_lines.ndjson").read_bytes())
    assert told(items) == [(0, 1, "reported", "CV-1"), (1, 4, "rejected", None), (2, 5, "reported", "CV-2")]


@pytest.mark.asyncio
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", " \r\n \r\n"])
async def test_however_lines_end_each_is_an_item(service: Service, end: str) -> None:
    lines = [json.dumps(GOOD), json.dumps(GOOD | {"external_id": "CV-2"})]
    items = await send(service, ("\ufeff" + end.join([*lines, "", ""])).encode())
    assert [(item["outcome"], item["external_id"]) for item in items] == [("reported", "CV-1"), ("reported", "CV-2")]


@pytest.mark.asyncio
@pytest.mark.parametrize("percent", [33, 33.0])
async def test_a_whole_number_is_one_however_it_is_written(service: Service, percent: float) -> None:
    (item,) = await send(service, json.dumps(GOOD | {"percent": percent}).encode())
    assert item["outcome"] == "reported"
    task = await service.get(f"/tasks/{item['task_id']}")
    single = await service.post("G06", f"/tasks/{item['task_id']}/progress", {"text": "Một", "percent": percent})
    assert (task["percent"], single.status_code, single.json()["percent"]) == (33, 201, 33)


FAULTS: list[tuple[dict[str, Any], str, str, str]] = [
    ({"percent": 101}, "#/percent", "at most 100", "a number"),
    ({"percent": -1}, "#/percent", "at least 0", "a number"),
    ({"percent": 33.5}, "#/percent", "whole number", "a number with a fraction"),
    ({"percent": "33"}, "#/percent", "whole number", "text"),
    ({"percent": True}, "#/percent", "whole number", "true or false"),
    ({"text": None}, "#/text", "text", "null"),
    ({"text": "  "}, "#/text", "at least 1 character", "text"),
    ({"text": "x" * 10_001}, "#/text", "at most 10000 characters", "text"),
    ({"text": ["a"]}, "#/text", "text", "a list"),
    ({"text": "a\x00b"}, "#/text", "NUL", "text"),
    ({"Percent": 5}, "#/Percent", "no member of this name", "a number"),
    ({"occurred_at": "hôm qua"}, "#/occurred_at", "2025-12-04T17:00:00+07:00", "text"),
    ({"occurred_at": 1764547200}, "#/occurred_at", "2025-12-04T17:00:00+07:00", "a number"),
    ({"occurred_at": "1900-01-01T00:00:00Z"}, "#/occurred_at", "1945", "text"),
    ({"task_id": "7"}, "#/task_id", "UUID", "text"),
    ({"external_id": 7}, "#/external_id", "text", "a number"),
]


@pytest.mark.asyncio
async def test_each_fault_is_told_with_what_is_expected_and_what_came(service: Service) -> None:
    lines = [json.dumps(GOOD | fault) for fault, *_ in FAULTS]
    items = await send(service, "\n".join(lines).encode())
    for item, (fault, pointer, expected, came) in zip(items, FAULTS, strict=True):
        problem = item["problem"]
        assert (item["outcome"], problem["code"], problem["pointer"]) == ("rejected", "invalid", pointer), problem
        assert expected in problem["detail"], (fault, problem["detail"])
        assert f"Came: {came}." in problem["detail"], (fault, problem["detail"])
    assert len({item["problem"]["detail"] for item in items}) >= 12


@pytest.mark.asyncio
async def test_a_fault_is_told_without_the_value(service: Service) -> None:
    secret = "Nguyễn Văn A 0912"
    members: list[dict[str, Any]] = [{name: secret} for name in ("percent", "occurred_at", "task_id")]
    members += [{"percent": [secret]}, {"text": {secret: 1}}, {"source": secret * 20}]
    for item in await send(service, "\n".join(json.dumps(GOOD | one) for one in members).encode()):
        assert item["outcome"] == "rejected"
        assert "Nguyễn" not in json.dumps(item["problem"], ensure_ascii=False)


@pytest.mark.asyncio
async def test_what_misses_and_what_is_no_object_is_told(service: Service) -> None:
    lines = [b'{"source":"import","external_id":"CV-1"}', b"7", b'"x"', b"null", b'{"text": "cut', b"\xff\xfe"]
    items = await send(service, b"\n".join(lines))
    details = [item["problem"]["detail"] for item in items]
    assert [item["problem"]["pointer"] for item in items] == ["#/text", "#", "#", "#", None, None]
    assert "Came: nothing." in details[0]
    assert ["Came: a number." in details[1], "Came: text." in details[2], "Came: null." in details[3]] == [True] * 3
    assert items[0]["external_id"] == "CV-1"
    assert all("one line" in detail and "UTF-8" in detail for detail in details[4:])


@pytest.mark.asyncio
async def test_a_refused_item_names_the_key_of_the_sender(service: Service) -> None:
    lines = [GOOD | {"percent": 101}, GOOD | {"external_id": "CV-404"}, GOOD | {"source": 5}]
    items = await send(service, "\n".join(map(json.dumps, lines)).encode())
    assert [(item["source"], item["external_id"]) for item in items] == [
        ("import", "CV-1"),
        ("import", "CV-404"),
        (None, "CV-1"),
    ]


@pytest.mark.asyncio
@pytest.mark.parametrize("indent", [None, 2])
async def test_a_json_array_is_taken_too(service: Service, indent: int | None) -> None:
    items = await send(service, json.dumps([GOOD, 5, GOOD | {"external_id": "CV-2"}], indent=indent).encode())
    assert told(items) == [
        (0, None, "reported", "CV-1"),
        (1, None, "rejected", None),
        (2, None, "reported", "CV-2"),
    ]


@pytest.mark.asyncio
async def test_a_longer_json_array_is_a_job(service: Service) -> None:
    response = await post(service, json.dumps([GOOD] * 1001).encode())
    assert (response.status_code, response.json()["total"]) == (202, 1001)


@pytest.mark.asyncio
@pytest.mark.parametrize("content", [b"", b"\n\r\n", b"\xef\xbb\xbf", b"[]"])
async def test_an_empty_file_reports_nothing(service: Service, content: bytes) -> None:
    assert await send(service, content) == []


@pytest.mark.asyncio
async def test_an_array_that_is_cut_off_is_refused(service: Service) -> None:
    items = await send(service, json.dumps([GOOD, GOOD], indent=2).encode()[:-2])
    assert {item["outcome"] for item in items} == {"rejected"}
    assert items[0]["line"] == 1


@pytest.mark.asyncio
async def test_a_line_that_names_a_member_twice_stops_no_other(service: Service) -> None:
    twice = json.dumps(GOOD).replace('"percent": 10', '"percent": 10, "percent": 90').encode()
    items = await send(service, b"\n".join([twice, json.dumps(GOOD | {"external_id": "CV-2"}).encode()]))
    assert told(items) == [(0, 1, "rejected", None), (1, 2, "reported", "CV-2")]
    assert items[0]["problem"]["pointer"] == "#/percent"


@pytest.mark.asyncio
async def test_an_array_is_one_text_so_a_member_twice_refuses_it(service: Service) -> None:
    response = await post(service, json.dumps([GOOD]).replace('"percent": 10', '"percent": 10, "percent": 90').encode())
    assert (response.status_code, response.json()["errors"][0]["pointer"]) == (400, "#/0/percent")


@pytest.mark.asyncio
@pytest.mark.parametrize("text", ["NaN", "1e999", '"\\ud800"', "\udcff", "9" * 5000])
async def test_what_json_does_not_know_is_a_fault_of_its_line(service: Service, text: str) -> None:
    line = json.dumps(GOOD | {"percent": 7}).replace("7", text).encode(errors="surrogateescape")
    items = await send(service, line + b"\n" + json.dumps(GOOD).encode())
    assert [item["outcome"] for item in items] == ["rejected", "reported"]


@pytest.mark.asyncio
@pytest.mark.parametrize("kind", ["text/csv", "application/x-www-form-urlencoded", "text/plain", "multipart/form-data"])
async def test_a_file_of_another_kind_is_refused_with_what_is_read(service: Service, kind: str) -> None:
    headers = service.headers("G06") | {"Content-Type": kind}
    answer = await service.http.post("/api/tasks/v1/progress/bulk", content=b"{}", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported-media-type")
    assert answer.headers["accept-post"].startswith("application/x-ndjson, ")


@pytest.mark.asyncio
async def test_a_compressed_file_is_refused(service: Service) -> None:
    headers = service.headers("G06") | {"Content-Type": "application/x-ndjson", "Content-Encoding": "gzip"}
    content = gzip.compress(json.dumps(GOOD).encode())
    answer = await service.http.post("/api/tasks/v1/progress/bulk", content=content, headers=headers)
    assert (answer.status_code, answer.headers["accept-encoding"]) == (415, "identity")


@pytest.mark.asyncio
@pytest.mark.parametrize("kind", ["application/x-ndjson; charset=utf-8", "application/jsonl", "application/json", None])
async def test_a_file_of_lines_in_json_is_read_under_its_names(service: Service, kind: str | None) -> None:
    headers = service.headers("G06") | ({"Content-Type": kind} if kind else {})
    content = json.dumps(GOOD).encode()
    answer = await service.http.post("/api/tasks/v1/progress/bulk", content=content, headers=headers)
    assert (answer.status_code, len(answer.json()["items"])) == (200, 1)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("accept", "as_lines"),
    [
        ("application/x-ndjson", True),
        ("application/x-ndjson, application/json", True),
        ("application/json;q=0.5, application/X-NDJSON", True),
        ("application/json, application/x-ndjson;q=0", False),
        ("application/json, application/x-ndjson;q=0.9", False),
        ("application/x-ndjson-not", False),
        ("*/*", False),
    ],
)
async def test_results_come_as_lines_where_the_sender_likes_them_no_less(
    service: Service, accept: str, as_lines: bool
) -> None:
    headers = service.headers("G06") | {"Content-Type": "application/x-ndjson", "Accept": accept}
    answer = await service.http.post("/api/tasks/v1/progress/bulk", content=b"{}", headers=headers)
    assert answer.headers["content-type"] == ("application/x-ndjson" if as_lines else "application/json")
