"""Documents and money of the reports: a record for each unit of a total, as its owner's own system would send them.

The reports print neither the numbers and days of the documents nor the parts of single bodies. So no number looks like
one of the State's, each record says that it is made up, and its day is that of the report which counts it.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sixclear.common.issuer.roles import STANDING_BODY, client_of
from sixclear.launcher.demo.figure_steps import IMPORTS, reported_at
from sixclear.launcher.demo.organisations import agencies, provinces
from sixclear.launcher.demo.plan import CENTRAL
from sixclear.launcher.demo.steps import Step, at, facts

_STANDING = client_of(STANDING_BODY)
_ORGANISATIONS = "/api/tasks/v1/organisations"
# One file is one transaction, which may last five seconds, also on a busy machine.
_LINES = 200
_ASSEMBLY, _GOVERNMENT = "QH", "CP"
# Both issue documents and lead no task, so the codes of the platform do not name them.
_ISSUERS = (
    (_ASSEMBLY, "Quốc hội", "National Assembly"),
    (_GOVERNMENT, "Chính phủ", "Government"),
)
# Ministries and bodies that issue circulars; the agencies after them do not.
_MINISTERIAL = 17
_BILLION = 10**9
_YEAR = 2025
_SOURCE = "Ngân sách nhà nước (minh họa: chia theo cơ quan)"


def document_steps() -> Iterator[Step]:
    """The bodies that issue laws and decrees, then every document of the two counts, the earlier one first."""
    for code, name_vi, name_en in _ISSUERS:
        yield _body(code, name_vi, name_en, "documents")
    lines = list(_documents())
    for start in range(0, len(lines), _LINES):
        part = tuple(lines[start : start + _LINES])
        yield Step(f"documents from {start}", "documents", _STANDING, f"{IMPORTS}/documents", lines=part)


def _body(code: str, name_vi: str, name_en: str, lane: str) -> Step:
    told = {
        "code": code,
        "name_vi": name_vi,
        "name_en": name_en,
        "type": "state_body",
        "level": "central",
        "reason": "Cơ quan được báo cáo nêu, không có trong danh sách mã (minh họa).",
        "occurred_at": at(date(2025, 7, 1), 9),
    }
    return Step(f"set up {code}", lane, _STANDING, _ORGANISATIONS, told)


def _documents() -> Iterator[dict[str, Any]]:
    """The report of July counts some laws and decrees; those of December are the same and others besides."""
    first, second = facts()["ecosystem"], facts()["documents"]
    ministries, localities = agencies()[:_MINISTERIAL], provinces()
    yield from _counted("law", "Luật", first, 1, int(first["laws_passed"]), (_ASSEMBLY,))
    yield from _counted("decree", "Nghị định", first, 1, int(first["decrees"]), (_GOVERNMENT,))
    yield from _counted("resolution", "Nghị quyết", first, 1, int(first["resolutions"]), (_GOVERNMENT,))
    laws, decrees = int(first["laws_passed"]) + 1, int(first["decrees"]) + 1
    yield from _counted("law", "Luật", second, laws, int(second["laws"]), (_ASSEMBLY,))
    yield from _counted("decree", "Nghị định", second, decrees, int(second["decrees"]), (_GOVERNMENT,))
    yield from _counted("circular", "Thông tư", second, 1, int(second["circulars"]), ministries)
    local = int(second["local_documents"])
    yield from _counted("local_document", "Văn bản địa phương", second, 1, local, localities)


def _counted(
    kind: str, word: str, told: Mapping[str, Any], first: int, last: int, issuers: Sequence[str]
) -> Iterator[dict[str, Any]]:
    report = facts()["reports"][told["source"]]
    when = reported_at(told["source"])
    for number in range(first, last + 1):
        yield {
            "programme": CENTRAL,
            "type": kind,
            "number": f"{word} minh họa {number}",
            "issued_on": when.date(),
            "issuer": issuers[(number - 1) % len(issuers)],
            "subject": f"{word} {number} trong số {report['publisher']} đếm đến ngày {when:%-d/%-m/%Y} "
            "(minh họa: báo cáo không nêu số, ngày ban hành, trích yếu)",
            "occurred_at": when,
        }


def money_steps() -> Iterator[Step]:
    """What 26 ministries and 20 localities asked for and what was approved, each with one line."""
    told = facts()["budget_bn_vnd"]
    ministries = list(agencies())
    for number in range(len(ministries) + 1, int(told["ministries"]) + 1):
        code = f"BN-{number}"
        ministries.append(code)
        yield _body(code, f"Bộ, ngành thứ {number} (minh họa)", f"Ministry or body {number} (example)", "money")
    bodies = (*ministries, *provinces()[: int(told["localities"])])
    requested = [
        *dealt(_dong(told["requested_ministries"]), int(told["ministries"])),
        *dealt(_dong(told["requested_localities"]), int(told["localities"])),
    ]
    approved = dealt(_dong(told["approved"]), len(bodies), requested)
    when = reported_at(told["source"])
    stages = {
        "requested": dict(zip(bodies, requested, strict=True)),
        "approved": dict(zip(bodies, approved, strict=True)),
    }
    for stage, amounts in stages.items():
        lines = tuple(_amount(stage, body, amount, when) for body, amount in amounts.items())
        yield Step(f"money {stage}", "money", _STANDING, f"{IMPORTS}/amounts", lines=lines)


def _amount(stage: str, body: str, amount: int, when: datetime) -> dict[str, Any]:
    report = facts()["reports"][facts()["budget_bn_vnd"]["source"]]
    return {
        "programme": CENTRAL,
        "organisation": body,
        "year": _YEAR,
        "source": _SOURCE,
        "stage": stage,
        "amount": amount,
        "dated_on": when.date(),
        "document": f"{report['publisher']}, {date.fromisoformat(report['date']):%-d/%-m/%Y}",
        "occurred_at": when,
    }


def _dong(billions: float) -> int:
    """Whole đồng: a report prints billions with three decimals."""
    return int(Decimal(str(billions)) * _BILLION)


def dealt(total: int, count: int, weights: Sequence[int] = ()) -> list[int]:
    """A total in `count` parts of whole đồng by these weights, or some larger than others; the last takes the rest."""
    shares = list(weights) or [2 + number % 5 for number in range(count)]
    parts = [total * share // sum(shares) for share in shares[:-1]]
    return [*parts, total - sum(parts)]
