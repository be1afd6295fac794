"""Random series go out as a file and come back: as they are, and as those of another indicator, figure by figure."""

import io
import random
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import orjson
import pytest
import xlsxwriter  # type: ignore[import-untyped]
from python_calamine import CalamineWorkbook
from tests.integration.tasks.conftest import EVERYTHING, Service, named
from tests.integration.tasks.imports.test_imports import ended
from tests.integration.tasks.imports.test_kinds import exported
from tests.integration.tasks.value.values import DOCUMENT, INDICATOR

from sixclear.common.bulk.tables import CSV, XLSX
from sixclear.common.web.numbers import written
from sixclear.common.web.openapi import NDJSON
from sixclear.tasks.organisation.seed import Seed, register

PERIODS = [f"2025-{month:02}" for month in range(1, 12)]
TYPES = ("count", "amount", "ratio", "share", "rank", "index", "yes_no")
# What files, spreadsheets and formulas spoil where they are not careful.
_NOTES = (
    *(None, "=SUM(A1:A9)", "'-1", "+84", "@lệnh", "Số liệu; lũy kế", 'Gọi là "tạm tính"', "hai\ndòng", "\t ô", "[1] 2"),
    *("Tỉnh Thừa Thiên – Huế", "1.000", "07", "TRUE", "2025-11-01", "🙂"),
)
SEEDS = [20251130]
BODIES = ("75", "25999", "75-KH")
_TRIES = 20


def _number(rng: random.Random, most_decimals: int) -> str:
    """Small and large, whole and not, with as many digits as a number may have."""
    decimals = rng.randint(0, most_decimals)
    digits = rng.choice((1, 2, 3, 6, 12, 18))
    return written(Decimal(rng.randrange(10**digits)).scaleb(-decimals))


def _measure(rng: random.Random, value_type: str) -> dict[str, Any]:
    if value_type == "ratio":
        whole = rng.randrange(10 ** rng.choice((1, 3, 9)))
        return {"numerator": str(rng.randint(0, whole)), "denominator": str(whole)}
    plain = {
        "yes_no": lambda: str(rng.randint(0, 1)),
        "rank": lambda: str(rng.randint(1, 193)),
        "share": lambda: written(Decimal(rng.randint(0, 10_000)).scaleb(-2)),
        "count": lambda: _number(rng, 0),
    }
    number = plain.get(value_type, lambda: _number(rng, 6))()
    bound = rng.choice((None, None, "more_than", "less_than", "about")) if value_type in ("count", "amount") else None
    return {"number": number, "bound": bound}


def random_series(rng: random.Random, indicator: str, value_type: str, body: str) -> list[dict[str, Any]]:
    """Approved values of some of the periods, with what explains and proves them."""
    found = []
    for period in sorted(rng.sample(PERIODS, rng.randint(1, len(PERIODS)))):
        said = {"note": rng.choice(_NOTES), "evidence": rng.choice((None, "https://example.invalid/bb.pdf?a=1;b=2"))}
        source = {"file": rng.choice((None, "bao cao.xlsx")), "row": rng.choice((None, 7)), "system": "LGSP"}
        entry = {"indicator": indicator, "organisation": body, "period": period, "approved_by": DOCUMENT}
        found.append(entry | said | {"provenance": source} | _measure(rng, value_type))
    return found


async def _indicators(service: Service, prefix: str, decimals: int = 6) -> None:
    for value_type in TYPES:
        whole = value_type in ("count", "rank", "yes_no", "ratio")
        entry = INDICATOR | {"code": f"{prefix}-{value_type.replace('_', '-')}", "value_type": value_type}
        entry |= {"decimals": 0 if whole else decimals}
        assert (await service.post("P57", "/indicators", entry)).status_code == 201


async def _imported(service: Service, content: bytes, media_type: str) -> dict[str, int]:
    """How many rows came to what, at once or as a job."""
    headers = service.headers("P57", *EVERYTHING) | {"content-type": media_type}
    for _ in range(_TRIES):
        answer = await service.http.post(f"{service.prefix}/imports/values", content=content, headers=headers)
        if answer.status_code != 503:  # a busy machine may not take a thousand rows in the time of one transaction
            break
    if answer.status_code == 202:
        outcomes = (await ended(service, answer.headers["location"], tries=5_000))["outcomes"]
    else:
        assert answer.status_code == 200, answer.text
        outcomes = {name: answer.json()[name] for name in ("created", "updated", "unchanged", "rejected")}
        assert not outcomes["rejected"], [one["problem"] for one in answer.json()["items"] if one["problem"]]
    return {name: count for name, count in outcomes.items() if count}


def _renamed(content: bytes, media_type: str, old: str, new: str) -> bytes:
    """The same file, of other indicators."""
    if media_type != XLSX:
        return content.replace(f"{old}-".encode(), f"{new}-".encode())
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    place, out = rows[0].index("indicator"), io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                told = str(cell).replace(f"{old}-", f"{new}-") if column == place else cell
                if told != "":
                    (sheet.write_string if isinstance(told, str) else sheet.write)(number, column, told)
    return out.getvalue()


async def _shown(service: Service, prefix: str) -> list[Any]:
    """Every value as everyone reads it, but for identifiers and instants."""
    content = (await service.http.get(f"{service.prefix}/exports/values", params={"format": "ndjson"})).content
    found = []
    for line in content.splitlines():
        row = orjson.loads(line)
        if row["indicator"].startswith(f"{prefix}-"):
            hidden = ("value_id", "true_from", "known_from")
            named = {"indicator": row["indicator"].removeprefix(f"{prefix}-")}
            found.append({name: said for name, said in row.items() if name not in hidden} | named)
    return sorted(found, key=lambda row: (row["indicator"], row["organisation"], row["period"]))


async def _round_trip(service: Service, bodies: Sequence[str], seed: int) -> int:
    """Random series of these bodies for each type of value, out and back in each form; how many there were."""
    own, rng = "goc", random.Random(seed)
    await _indicators(service, own)
    rows = [
        row
        for value_type in TYPES
        for body in bodies
        for row in random_series(rng, f"{own}-{value_type.replace('_', '-')}", value_type, body)
    ]
    lines = b"\n".join(orjson.dumps(row) for row in rows)
    assert await _imported(service, lines, NDJSON) == {"created": len(rows)}, seed
    first = await _shown(service, own)
    assert len(first) == len(rows)
    written_before = len(await service.events())
    for form, media_type, letter in (("csv", CSV, "b"), ("ndjson", NDJSON, "c"), ("xlsx", XLSX, "d")):
        twin = f"{letter}{own}"
        content = await exported(service, "/exports/values", "P57", form, programme="plan", period="2025-07")
        assert set(await _imported(service, content, media_type)) == {"unchanged"}, (seed, form)
        assert len(await service.events()) == written_before
        await _indicators(service, twin)
        for value_type in TYPES:
            code = f"{own}-{value_type.replace('_', '-')}"
            content = await exported(service, "/exports/values", "P57", form, indicator=code)
            assert set(await _imported(service, content, media_type)) == {"unchanged"}, (seed, form)
            renamed = await _imported(service, _renamed(content, media_type, own, twin), media_type)
            assert set(renamed) == {"created"}, (seed, form)
        assert await _shown(service, twin) == first, (seed, form)
        written_before = len(await service.events())
    return len(TYPES) * len(bodies)


@pytest.mark.asyncio
@pytest.mark.parametrize("seed", SEEDS)
async def test_random_series_survive_a_file(service: Service, seed: int) -> None:
    assert await _round_trip(service, BODIES, seed) == 21


@pytest.mark.long
@pytest.mark.asyncio
async def test_a_thousand_random_series_survive_a_file(service: Service) -> None:
    """Many bodies in few files: 48 times as many as above, each with a series of every type of value."""
    more = [
        Seed(f"9{number:04}", "commune", None, "75", (named(f"Xã {number}", "commune"),))
        for number in range(47 * len(BODIES))
    ]
    await register(service.database, service.log, more, service.clock())
    assert await _round_trip(service, (*BODIES, *(one.code for one in more)), 1) == 1_008
