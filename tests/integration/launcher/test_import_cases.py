"""Running cases of another system come with their clocks, each once."""

import json
from argparse import Namespace
from pathlib import Path
from typing import Any

import pytest
from tests.integration.feedback.conftest import MINISTRY, Service, service

from sixclear.common.runtime.cannot_start import CannotStart
from sixclear.launcher.come_over.cases_sent import import_cases

__all__ = ["service"]

pytestmark = pytest.mark.asyncio

OPEN311 = [
    {
        "service_request_id": "638344",
        "status": "open",
        "service_code": "006",
        "description": "Đèn đường hỏng\nBa đèn trước số 12.",
        "agency_responsible": "Sở Xây dựng",
        "requested_datetime": "2025-10-06T09:00:00+07:00",
        "address_id": "545483",
    },
    {
        "service_request_id": "638349",
        "status": "closed",
        "description": "Đã sửa",
        "requested_datetime": "2025-09-06T09:00:00+07:00",
    },
    {"service_request_id": "638350", "status": "open", "description": "Không có ngày"},
]
PLAN: dict[str, Any] = {
    "source": "fixmystreet",
    "values": {
        "field": {"006": "construction-transport"},
        "place": {"545483": "G01"},
        "organisation": {"Sở Xây dựng": "G06"},
    },
}


class Importing:
    """`sixclear import feedback` with its files, against the service of a test."""

    def __init__(self, service: Service, folder: Path) -> None:
        self._service, self._folder, self.said = service, folder, ""
        self.results = folder / "results.ndjson"

    async def run(self, name: str, content: Any, system: str = "open311", *, dry_run: bool = False, **plan: Any) -> int:
        file, mapping = self._folder / name, self._folder / "mapping.json"
        file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        mapping.write_text(json.dumps(PLAN | plan), encoding="utf-8")
        options = Namespace(system=system, files=[file], mapping=mapping, results=self.results, dry_run=dry_run)

        async def token() -> str:
            return self._service.headers("feedback-hub")["Authorization"].removeprefix("Bearer ")

        def say(line: str) -> None:
            self.said = line

        return await import_cases(options, self._service.http, token, say)

    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.results.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def importing(service: Service, tmp_path: Path) -> Importing:
    return Importing(service, tmp_path)


async def test_a_running_case_comes_with_its_clock_its_body_and_a_receipt(
    service: Service, importing: Importing
) -> None:
    assert await importing.run("requests.json", OPEN311) == 1
    assert importing.said == "1 closed there, 1 entered, 1 refused"
    entered, closed, refused = importing.lines()
    assert (closed["outcome"], closed["key"]) == ("closed there", "fixmystreet:638349")
    assert "no instant with its offset" in refused["detail"]
    case = await service.case(entered["receipt_code"])
    assert (case["received_at"], case["due_at"]) == ("2025-10-06T02:00:00Z", "2025-10-27T10:00:00Z")
    assert (case["status"], case["title"]) == ("assigned", "Đèn đường hỏng")
    (row,) = await service.rows("submission")
    assert (row["field"], row["organisation_id"]) == ("construction-transport", MINISTRY)
    assert row["occurred_at"].isoformat() == "2025-10-06T02:00:00+00:00"
    assert importing.results.stat().st_mode & 0o077 == 0, "receipt codes are for who runs it alone"


async def test_the_same_file_again_enters_nothing(service: Service, importing: Importing) -> None:
    await importing.run("requests.json", OPEN311)
    before = await service.counts()
    assert await importing.run("requests.json", OPEN311) == 1
    assert importing.said == "1 closed there, 1 entered before, 1 refused"
    importing.results.unlink()
    await importing.run("requests.json", OPEN311)
    assert importing.lines()[0]["outcome"] == "entered", "the receipt is told again where the results were lost"
    assert await service.counts() == before
    changed = [OPEN311[0] | {"description": "Đèn đường hỏng\nBốn đèn."}]
    importing.results.unlink()
    assert await importing.run("requests.json", changed) == 1
    assert "changed since it was entered" in importing.lines()[0]["detail"]
    assert await service.counts() == before


async def test_what_broke_off_between_two_steps_goes_on(service: Service, importing: Importing) -> None:
    without_body = PLAN["values"] | {"organisation": {}}
    await importing.run("requests.json", OPEN311[:1], values=without_body)
    importing.results.unlink()
    assert await importing.run("requests.json", OPEN311[:1]) == 0
    (row,) = await service.rows("submission")
    assert (row["status"], row["organisation_id"]) == ("assigned", MINISTRY)


async def test_a_dry_run_enters_nothing_and_says_what_would_be(service: Service, importing: Importing) -> None:
    assert await importing.run("requests.json", OPEN311, dry_run=True) == 1
    assert importing.said == "1 closed there, 1 refused, 1 would be entered"
    assert await service.rows("submission") == []
    assert not importing.results.exists()


async def test_a_run_that_broke_off_within_a_line_goes_on_in_a_file_of_its_owner(
    service: Service, importing: Importing
) -> None:
    await importing.run("requests.json", OPEN311[:1])
    whole = importing.results.read_bytes()
    torn = whole[: len(whole) // 2]
    importing.results.write_bytes(torn)
    importing.results.chmod(0o644)
    assert await importing.run("requests.json", OPEN311[:1]) == 0
    assert importing.said == "1 entered", "what became of it is not known, so it is told again"
    assert importing.results.read_bytes() == torn + b"\n" + whole
    assert importing.results.stat().st_mode & 0o077 == 0
    assert await importing.run("requests.json", OPEN311[:1]) == 0
    assert importing.said == "1 entered before"
    assert len(await service.rows("submission")) == 1


async def test_a_file_that_holds_something_else_is_no_file_of_results(importing: Importing) -> None:
    importing.results.write_text('{\n  "source": "fixmystreet"\n}\n', encoding="utf-8")
    with pytest.raises(CannotStart, match="holds no results"):
        await importing.run("requests.json", OPEN311[:1])


@pytest.mark.parametrize("name", ["proposals.json", "proposals.csv"])
async def test_proposals_of_decidim_come_as_its_exports_have_them(
    service: Service, importing: Importing, name: str
) -> None:
    as_json = [
        {
            "id": 42,
            "category": {"id": 7, "name": {"en": "Data"}},
            "title": {"en": "Open the lab calendar"},
            "body": {"en": "<p>Publish free slots.</p><p>R&amp;D too.</p>"},
            "state": state,
            "published_at": "2025-10-06T02:00:00.000Z",
        }
        for state in ("evaluating", "rejected")
    ]
    as_csv = (
        "id;category/id;category/name/en;title/en;body/en;state;published_at\n"
        '42;7;Data;Open the lab calendar;"<p>Publish free slots.</p><p>R&amp;D too.</p>";evaluating;2025-10-06 02:00:00'
        " UTC\n"
        "43;7;Data;Closed;Closed.;rejected;2025-10-06 02:00:00 UTC\n"
    )
    content = as_json if name.endswith("json") else as_csv
    plan: dict[str, Any] = {"source": "decidim", "values": {"field": {"7": "data"}}}
    assert await importing.run(name, content, "decidim", **plan) == 0
    entered, closed = importing.lines()
    assert closed["outcome"] == "closed there"
    case = await service.case(entered["receipt_code"])
    assert (case["title"], case["text"]) == ("Open the lab calendar", "Publish free slots.\nR&D too.")
    (row,) = await service.rows("submission")
    assert (row["kind"], row["field"], row["status"]) == ("recommendation", "data", "received")


async def test_signs_of_a_plain_text_are_no_markup(service: Service, importing: Importing) -> None:
    text = "Bụi <50 lúc 8 giờ, nhưng >150 lúc 17 giờ; AT&amp;T."
    assert await importing.run("requests.json", [OPEN311[0] | {"description": text}]) == 0
    assert (await service.case(importing.lines()[0]["receipt_code"]))["text"] == text


@pytest.mark.parametrize(
    "closed_by", [{"over": ["Đã trả lời"]}, {"values": {"status": {"Đã trả lời": "closed"}}}], ids=["over", "values"]
)
async def test_a_table_says_by_its_mapping_what_is_what(
    service: Service, importing: Importing, closed_by: dict[str, Any]
) -> None:
    table = "Mã,Nội dung,Ngày nhận,Người gửi,Loại,Tình trạng\nA1,Thiếu trạm đo.,{0},Trần Thị Bình,KN,Đang xử lý\n"
    table = table.format("2025-10-06T09:00:00+07:00") + "A2,Xong.,2025-10-06T09:00:00+07:00,,KN,Đã trả lời\n"
    plan: dict[str, Any] = {
        "source": "so-khcn",
        "columns": {
            "id": "Mã",
            "text": "Nội dung",
            "received_at": "Ngày nhận",
            "sender.name": "Người gửi",
            "kind": "Loại",
            "status": "Tình trạng",
        },
    }
    plan |= closed_by | {"values": {"kind": {"KN": "recommendation"}} | closed_by.get("values", {})}
    assert await importing.run("cases.csv", table, "table", **plan) == 0
    _, closed = importing.lines()
    assert (closed["key"], closed["outcome"]) == ("so-khcn:A2", "closed there")
    (row,) = await service.rows("submission")
    assert (row["kind"], row["identity_level"]) == ("recommendation", "named")
    assert "Trần Thị Bình" not in importing.results.read_text(encoding="utf-8")


async def test_a_mapping_of_a_field_without_words_is_refused(service: Service, importing: Importing) -> None:
    with pytest.raises(CannotStart, match="names no fields of cases: state"):
        await importing.run("requests.json", OPEN311, values={"state": {"Đã trả lời": "closed"}})
    assert await service.rows("submission") == []
