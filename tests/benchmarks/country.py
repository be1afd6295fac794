"""A country for benchmarks: bodies as they ship, one task for each province by the API, then copies of these by SQL.

Copies have everything that the first ones have, their events too: a service, a relay and a fold cannot tell them apart.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
import httpx2
from tests.benchmarks.servers import ISSUER, Postgres, sixclear

from sixclear.common.clock import utc_now
from sixclear.common.ids import stable_id
from sixclear.common.issuer.key_store import signing_key
from sixclear.common.issuer.minting import mint
from sixclear.common.issuer.roles import client_of, organisation_role

_PROGRAMME = "bench"
_API = "/api/tasks/v1"


@dataclass(frozen=True, slots=True)
class Country:
    """A template database of tasks, and who reports on them: each task with the place of its body's token."""

    database: str
    tokens: tuple[str, ...]
    tasks: tuple[tuple[UUID, int], ...]

    def write(self, folder: Path) -> tuple[Path, Path]:
        """Files of the tokens, and of the tasks with the places of their tokens, a line each: for load tools."""
        tokens, tasks = folder / "tokens.txt", folder / "tasks.txt"
        tokens.write_text("\n".join(self.tokens) + "\n")
        tasks.write_text("\n".join(f"{task_id} {place + 1}" for task_id, place in self.tasks) + "\n")
        return tokens, tasks


def token(home: Path, code: str) -> str:
    """A token of the body with this code, for the whole run; the embedded issuer's key on `home` signs it."""
    role = organisation_role(code)
    return mint(
        signing_key(home),
        client_id=client_of(code),
        scopes=role.scopes,
        organisation_id=str(stable_id("organisation", code)),
        issuer=ISSUER,
        audience="sixclear",
        now=utc_now(),
        lifetime=timedelta(hours=6),
        position=role.position,
    )


async def country(server: Postgres, home: Path, tasks: int) -> Country:
    """A database with `tasks` assigned tasks; the server is left with it as a template."""
    database = f"country_{tasks}"
    signing_key(home)
    await server.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')
    await server.execute(f'CREATE DATABASE "{database}"')
    async with sixclear(f"country-{tasks}", "tasks", {"tasks": server.url(database)}, home) as service:
        async with server.connection(database) as connection:
            rows = await connection.fetch("SELECT code FROM organisation WHERE level = 'province' ORDER BY code")
        codes = [str(row["code"]) for row in rows]
        async with httpx2.AsyncClient(base_url=service.url, timeout=30) as http:
            await _first_tasks(http, home, codes)
    async with server.connection(database) as connection:
        await connection.execute(_COPY_TASKS.format(times=max(1, tasks // len(codes))))
        await connection.execute(_COPY_EVENTS)
        await connection.execute("DROP TABLE copied")
        await connection.execute("VACUUM ANALYZE")
        made = await connection.fetch(
            "SELECT task_id, o.code FROM task JOIN organisation AS o ON organisation_id = lead_organisation_id"
            " ORDER BY task_id"
        )
    places = {code: place for place, code in enumerate(codes)}
    return Country(
        database,
        tuple(token(home, code) for code in codes),
        tuple((row["task_id"], places[row["code"]]) for row in made),
    )


async def more_events(connection: asyncpg.Connection, times: int) -> None:
    """Make the log `times` as long by copies of its events, as of other entities."""
    await connection.execute(_MORE_EVENTS, times)


async def _first_tasks(http: httpx2.AsyncClient, home: Path, codes: Sequence[str]) -> None:
    owner = {"Authorization": f"Bearer {token(home, 'P57')}"}
    programme = {"slug": _PROGRAMME, "name_vi": "Kế hoạch đo", "name_en": "Benchmark", "resolution": "57-NQ/TW"}
    await _post(http, owner, "/programmes", programme | {"owner": "P57"})
    directive = {"programme": _PROGRAMME, "number": "02-KH/BCĐTW", "issued_on": "2025-06-19", "issuer": "P57"}
    title = (
        "Kế hoạch thúc đẩy chuyển đổi số liên thông, đồng bộ, nhanh, hiệu quả đáp ứng yêu cầu sắp xếp tổ chức bộ máy"
    )
    made = await _post(http, owner, "/directives", directive | {"title": title})
    for place, code in enumerate(codes):
        await _post(http, owner, "/tasks", _proposal(code, codes[place - 1], made["directive_id"]))


async def _post(
    http: httpx2.AsyncClient, headers: dict[str, str], path: str, body: Mapping[str, object]
) -> dict[str, str]:
    answer = await http.post(f"{_API}{path}", json=body, headers=headers)
    assert answer.status_code in (200, 201), answer.text
    return dict(answer.json())


def _proposal(lead: str, beside: str, directive_id: str) -> dict[str, object]:
    return {
        "programme": _PROGRAMME,
        "directive_id": directive_id,
        "clause": "Mục II, điểm 4, nhiệm vụ 12",
        "title": "Hoàn thành rà soát, cắt giảm, đơn giản hoá thủ tục hành chính dựa trên dữ liệu tại Trung tâm "
        f"phục vụ hành chính công ({lead})",
        "description": "Thay thế thành phần hồ sơ bằng dữ liệu; cung cấp dịch vụ công trực tuyến toàn trình.",
        "code": f"NV-{lead}",
        "source": "benchmark",
        "external_id": f"NV-{lead}",
        "assigned_by": "central",
        "assigning_organisation": "P57",
        "lead_organisation": lead,
        "coordinating_organisations": [beside, "G01"],
        "leader_position": {"title": "Chủ tịch Ủy ban nhân dân", "organisation": lead},
        "responsible_position": {"title": "Giám đốc Sở Khoa học và Công nghệ", "organisation": lead},
        "product": "Báo cáo kết quả và danh mục thủ tục được cắt giảm",
        "authority": "Quyết định trong phạm vi thẩm quyền của Ủy ban nhân dân",
        "deadline": (datetime.now(UTC) + timedelta(days=90)).date().isoformat(),
        "assign": True,
    }


# `copied` keeps which task a copy was made of, for its events. These became true over half a year.
_COPY_TASKS = """
CREATE TABLE copied AS
SELECT task_id AS of, md5(task_id::text || number)::uuid AS task_id, number
  FROM task, generate_series(2, {times}) AS number;
INSERT INTO task SELECT (jsonb_populate_record(task, jsonb_build_object(
         'task_id', copied.task_id, 'code', task.code || '-' || number,
         'external_id', task.external_id || '-' || number, 'folded_key', task.folded_key || '-' || number))).*
  FROM task JOIN copied ON of = task.task_id;
"""
_COPY_EVENTS = """
INSERT INTO event (entity_type, entity_id, version, previous_version, change, data, meta, traceparent, occurred_at,
                   recorded_at, published)
SELECT entity_type, copied.task_id, version, previous_version, change,
       data || jsonb_build_object('task_id', copied.task_id, 'code', data->>'code' || '-' || number,
                                  'external_id', data->>'external_id' || '-' || number),
       meta, traceparent, occurred_at - make_interval(days => number % 180), recorded_at, published
  FROM event JOIN copied ON of = entity_id ORDER BY number, event_id;
"""
# The same entities once more, under other ids: a relay asks nothing of their rows.
_MORE_EVENTS = """
INSERT INTO event (entity_type, entity_id, version, previous_version, change, data, meta, traceparent, occurred_at,
                   recorded_at, published)
SELECT entity_type, md5(entity_id::text || number)::uuid, version, previous_version, change, data, meta, traceparent,
       occurred_at, recorded_at, published
  FROM event, generate_series(2, $1::int) AS number ORDER BY number, event_id
"""
