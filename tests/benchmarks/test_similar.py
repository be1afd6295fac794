"""What is similar among many public copies: as a comparison of all finds it, by few statements, within its time."""

import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
from sqlalchemy import text
from tests.benchmarks.baseline import compared
from tests.benchmarks.conftest import measured
from tests.integration.feedback.conftest import START, Service, service

from sixclear.common.folding import fold
from sixclear.common.ids import stable_id
from sixclear.feedback.field.rules import case_fields
from sixclear.feedback.publication.repository import Narrowing, nearest
from sixclear.feedback.similar.rules import likeness, trigrams

__all__ = ["service"]

pytestmark = [pytest.mark.benchmark, pytest.mark.asyncio]
Say = Callable[[str], None]

FEW, COUNTRY, QUESTIONS = 1_900, 200_000, 60
WITHIN_SECONDS = 0.3
PLACES = [stable_id("organisation", code) for code in ("G06", "G01", "P57")]
# 120 words of petitions: a hard case, for titles of few words have much in common.
_TEXT = (
    "( đề nghị mở lịch dùng chung phòng thí nghiệm của các viện cho doanh nghiệp sửa đèn đường hỏng trước"
    " cổng trường tiểu học xã an bình cấp lại giấy khai sinh trực tuyến chậm cổng dịch vụ công hướng dẫn"
    " người dân nộp hồ sơ đất đai qua mạng thủ tục vay vốn khởi nghiệp sáng tạo hỗ trợ đào tạo kỹ năng số"
    " nông dân kết nối dữ liệu bảo hiểm y tế khám chữa bệnh từ xa trạm phủ sóng vùng cao phí chứng thực"
    " bản sao tiếp nhận phản ánh rác thải kênh mương thoát nước chợ truyền thống thanh toán không tiền mặt"
    " camera an toàn giao thông"
)
WORDS = _TEXT.split()
_ADD = text(
    """
    INSERT INTO publication (publication_id, submission_id, kind, field, place_id, outcome, title, text, answer, folded,
                             demonstration, published_on, version, released_by)
    SELECT gen_random_uuid(), gen_random_uuid(), 'recommendation', field, place, 'accepted', title, title, answer,
           folded, false, published_on, 1, 'made'
    FROM unnest(CAST(:titles AS text[]), CAST(:folded AS text[]), CAST(:fields AS text[]), CAST(:places AS uuid[]),
                CAST(:answers AS text[]), CAST(:days AS date[]))
         AS made (title, folded, field, place, answer, published_on)
    """
)


def titles(seed: int, count: int) -> list[str]:
    """Titles of 8 to 15 words, the same for the same seed."""
    chance = random.Random(seed)
    return [" ".join(chance.choices(WORDS, k=chance.randint(8, 15))) for _ in range(count)]


async def made(service: Service, count: int) -> list[str]:
    """So many public copies of the last two years, their cases left out; answers their titles."""
    chance, fields = random.Random(1), sorted(case_fields().codes)
    written = titles(2, count)
    for start in range(0, count, 2_000):
        some = written[start : start + 2_000]
        async with service.database.transaction() as session:
            await session.execute(text("SET LOCAL session_replication_role = replica"))
            await session.execute(_ADD, _columns(some, fields, chance))
    async with service.database.transaction() as session:
        await session.execute(text("ANALYZE publication"))
    return written


def _columns(some: Sequence[str], fields: Sequence[str], chance: random.Random) -> dict[str, list[Any]]:
    return {
        "titles": list(some),
        "folded": [fold(title) for title in some],
        "fields": chance.choices(fields, k=len(some)),
        "places": chance.choices(PLACES, k=len(some)),
        "answers": chance.choices(["Đã trả lời.", None], k=len(some)),
        "days": [START.date() - timedelta(days=chance.randrange(730)) for _ in some],
    }


async def test_the_nearest_are_those_that_a_comparison_of_all_finds(service: Service, say: Say) -> None:
    """The seeded small sister of the test below."""
    await made(service, FEW)
    everything = Narrowing(None, None, None, None, None)
    async with service.database.session() as session:
        rows = (await session.execute(text("SELECT folded, field, place_id FROM publication"))).all()
    known = [row.folded for row in rows]
    field, place = ([row.folded for row in rows if value in (row.field, row.place_id)] for value in ("data", PLACES[0]))
    in_field, there = replace(everything, field="data"), replace(everything, place_id=PLACES[0])
    # By an index, among all, within a field, within a place; where its time is up, by one after the other.
    ways = (
        *((everything, 5_000, known), (everything, 1, known)),
        *((in_field, 5_000, field), (in_field, 1, field), (there, 5_000, place)),
    )
    for (narrow, milliseconds, among), asked in product(ways, map(fold, titles(3, 4))):
        async with service.database.session() as session:
            found, complete = await nearest(
                session, asked, narrow, since=date(2000, 1, 1), most=20, milliseconds=milliseconds
            )
        of_asked = trigrams(asked)
        best = sorted((likeness(of_asked, trigrams(one)) for one in among), reverse=True)[:20]
        shares = sorted((likeness(of_asked, trigrams(one.folded or "")) for one in found), reverse=True)
        assert complete
        assert shares == pytest.approx(best, abs=1e-6)
    with measured(service.database.engine) as cost:
        assert (await service.public("/similar", {"text": titles(3, 1)[0]})).status_code == 200
    result = compared({"similar.statements": cost.statements})
    for line in result.cheaper:
        say(line)
    assert not result.complaints


@pytest.mark.long
async def test_a_country_of_public_copies_is_searched_within_its_time(service: Service, say: Say) -> None:
    """At 200,000 an answer takes at most 300 ms, 19 times of 20, whatever the question is narrowed to."""
    await made(service, COUNTRY)
    slow, lines = [], []
    for narrowed in ("field and place", "field", "nothing"):
        took, complete = [], 0
        for asked in _questions(narrowed):
            began = time.perf_counter()
            response = await service.public("/similar", asked)
            took.append(time.perf_counter() - began)
            assert response.status_code == 200, response.text
            complete += response.json()["complete"]
        slowest = statistics.quantiles(took, n=20)[-1]
        median = statistics.median(took)
        figures = f"median {1000 * median:.0f} ms, 95% {1000 * slowest:.0f} ms, {complete} of {len(took)} whole"
        lines.append(f"{narrowed}: {figures}")
        slow += [narrowed] if slowest > WITHIN_SECONDS else []
    say("; ".join(lines))
    assert not slow, lines


def _questions(narrowed: str) -> Iterator[dict[str, Any]]:
    chance, fields = random.Random(4), sorted(case_fields().codes)
    for title in titles(5, QUESTIONS):
        asked: dict[str, Any] = {"text": title}
        if narrowed != "nothing":
            asked["field"] = chance.choice(fields)
        if narrowed == "field and place":
            asked["place"] = str(chance.choice(PLACES))
        yield asked
