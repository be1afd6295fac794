"""Submissions that keep coming: who sends them, and whether each that was accepted is kept, stated and in the log."""

import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import asyncpg
import orjson

from sixclear.common.transparency.statements import entry_of

PATH = "/api/feedback/v1/submissions"
# The promise: a statement is in a checkpoint that everyone sees within so long.
PROMISED_SECONDS = 60.0
_TEXT = (
    "đề nghị mở lịch dùng chung phòng thí nghiệm của các viện cho doanh nghiệp sửa đèn đường hỏng trước cổng trường"
    " tiểu học cấp lại giấy khai sinh trực tuyến chậm cổng dịch vụ công hướng dẫn người dân nộp hồ sơ đất đai qua mạng"
)
_WORDS = _TEXT.split()


def submissions(chance: random.Random) -> Iterator[dict[str, object]]:
    """What people send: some hundred words, every other one with a name and how to be reached."""
    for number in itertools.count():
        entry: dict[str, object] = {
            "kind": "recommendation",
            "title": f"{' '.join(chance.choices(_WORDS, k=10))} {number}",
            "text": " ".join(chance.choices(_WORDS, k=120)),
        }
        if number % 2:
            entry["sender"] = {"name": "Người gửi", "email": f"s{number}@example.invalid", "phone": "0912 345 678"}
        yield entry


def requests(chance: random.Random) -> Callable[[], bytes]:
    """Requests, each with a key of its own and from another network: limits of one network are not measured."""
    entries, run = submissions(chance), chance.randrange(10**9)
    numbers = itertools.count()

    def request() -> bytes:
        number, body = next(numbers), orjson.dumps(next(entries))
        network = f"198.{18 + (number >> 16 & 1)}.{number >> 8 & 255}.{number & 255}"
        return (
            f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Forwarded-For: {network}\r\n"
            f"Idempotency-Key: a-sender-of-{run}-{number}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        ).encode() + body

    return request


@dataclass(frozen=True)
class Kept:
    """What the database says of what was sent."""

    rows: int
    stated: int
    in_log: int
    slowest_seconds: float
    wrong: int


async def kept(connection: asyncpg.Connection, submission_ids: Sequence[str]) -> Kept:
    """How many of these are there, are stated and in the log as their statement says; how long the slowest took."""
    rows = await connection.fetchval(
        "SELECT count(*) FROM submission WHERE submission_id = ANY($1::uuid[])", submission_ids
    )
    statements = await connection.fetch(
        """
        SELECT s.salt, s.note, e.entry, extract(epoch FROM c.published_at - s.stated_at) AS seconds
        FROM statement s
        LEFT JOIN log_entry e USING (log_index)
        LEFT JOIN LATERAL (
          SELECT published_at FROM log_checkpoint
          WHERE size > s.log_index AND published_at IS NOT NULL ORDER BY size LIMIT 1) c ON true
        WHERE s.submission_id = ANY($1::uuid[]) AND s.kind = 'received'
        """,
        submission_ids,
    )
    logged = [one for one in statements if one["seconds"] is not None]
    wrong = sum(entry_of(one["salt"], one["note"].partition("\n\n")[0] + "\n") != one["entry"] for one in logged)
    slowest = max((float(one["seconds"]) for one in logged), default=float("inf"))
    return Kept(rows, len(statements), len(logged), slowest, wrong)
