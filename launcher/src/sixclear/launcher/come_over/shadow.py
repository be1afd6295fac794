"""`sixclear shadow`: runs beside the other system, and lists every figure that differs from the status here.

What is not known on a side is said to be not known: it is neither the same nor different.
"""

import json
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import httpx2
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sixclear.common.runtime.cannot_start import CannotStart
from sixclear.launcher.come_over.rows import Fault, Record
from sixclear.launcher.come_over.tables import records_in

_STATUS = "/api/monitoring/v1/status"
_NARROWED = ("organisation", "programme", "as_of")
_NOT_KNOWN = frozenset({"", "-", "—", "n/a", "null", "none"})
_MOST_FIGURES = 100_000
DIFFERS, NOT_KNOWN = 1, 2


class ShadowPlan(BaseModel):
    """Which of their figures is which of ours.

    - `figures`: their name of a figure, and its path in the status, such as `tasks.completed`.
    - `columns`: the columns that hold `organisation`, `programme`, `as_of`; and `figure` and `value` where a row is one
      figure. Without these two a row is a body, and each column that `figures` names is a figure of it.
    - `narrowed`: what holds for every row, by the status' own parameters (`reach`, `assigned_by`, `programme`, …).
    - `decimal`: the sign before decimals; the other one of `.` and `,` divides thousands.
    """

    model_config = ConfigDict(extra="forbid")

    figures: dict[str, str]
    columns: dict[str, str] = Field(default_factory=dict)
    organisations: dict[str, str] = Field(default_factory=dict)
    narrowed: dict[str, str] = Field(default_factory=dict)
    decimal: str = Field(default=".", pattern=r"^[.,]$")


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of the other system: None where it does not know it; `asked` narrows our status to what it is of."""

    where: str
    name: str
    path: str
    theirs: Decimal | None
    asked: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """How a figure stands here and there."""

    figure: Figure
    ours: Decimal | None

    @property
    def outcome(self) -> str:
        """`same`, `differs`, or `not known`."""
        if self.figure.theirs is None or self.ours is None:
            return "not known"
        return "same" if self.figure.theirs == self.ours else "differs"

    def __str__(self) -> str:
        of = ", ".join(f"{name} {value}" for name, value in self.figure.asked) or "the whole country"
        there, here = (_shown(value) for value in (self.figure.theirs, self.ours))
        return f"{self.outcome}: {self.figure.name} ({of}): there {there}, here {here} [{self.figure.where}]"


def _shown(value: Decimal | None) -> str:
    return "not known" if value is None else f"{value:f}"


def shadow_plan_in(path: Path) -> ShadowPlan:
    """The mapping of a file; raises CannotStart."""
    try:
        return ShadowPlan.model_validate(json.loads(path.read_text(encoding="utf-8-sig")))
    except OSError:
        raise CannotStart(f"The mapping {path} cannot be read.", "Name a file that is there.") from None
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise CannotStart(f"The mapping {path}: {faults}.", "Correct it; docs/come-over.md shows one.") from None
    except ValueError:
        raise CannotStart(f"The mapping {path} is no JSON in UTF-8.", "Correct it.") from None


def figures_of(records: Iterator[Record | Fault], plan: ShadowPlan) -> Iterator[Figure | Fault]:
    """The figures of a table, in its order; what the mapping does not name is passed over where a row is a body."""
    for record in records:
        if isinstance(record, Fault):
            yield record
            continue
        asked = _asked(record, plan)
        for name, given in _named(record, plan):
            path = plan.figures.get(name)
            try:
                if path is None:
                    raise ValueError(f"{name!r} is not among `figures` of the mapping")
                yield Figure(record.where, name, path, _number(given, plan.decimal), asked)
            except ValueError as error:
                yield Fault(record.where, str(error))


def _named(record: Record, plan: ShadowPlan) -> list[tuple[str, Any]]:
    column = plan.columns.get("figure")
    if column is None:
        return [(name, record.values[name]) for name in plan.figures if name in record.values]
    return [(str(record.values.get(column) or "").strip(), record.values.get(plan.columns.get("value", "value")))]


def _asked(record: Record, plan: ShadowPlan) -> tuple[tuple[str, str], ...]:
    found = dict(plan.narrowed)
    for name in _NARROWED:
        given = str(record.values.get(plan.columns.get(name, name)) or "").strip()
        if given:
            found[name] = plan.organisations.get(given, given) if name == "organisation" else given
    return tuple(sorted(found.items()))


def _number(given: Any, decimal: str) -> Decimal | None:
    text = str("" if given is None else given).strip().rstrip("%").strip()
    if text.lower() in _NOT_KNOWN:
        return None
    if isinstance(given, str):
        text = text.replace("," if decimal == "." else ".", "").replace(" ", "").replace(decimal, ".")
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{str(given)!r} is no number") from None
    if not number.is_finite():
        raise ValueError(f"{str(given)!r} is no number")
    return number


def at_path(status: Mapping[str, Any], path: str) -> Decimal | None:
    """The figure at a path of a status; None where it is not known. Raises ValueError for a path that leads nowhere."""
    value: Any = status
    for name in path.split("."):
        if value is None:
            return None
        if not isinstance(value, dict) or name not in value:
            raise ValueError(f"the status has no figure {path}")
        value = value[name]
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{path} of the status is no figure")
    return Decimal(str(value))


async def compare(figures: Iterator[Figure | Fault], client: httpx2.AsyncClient) -> list[Compared | Fault]:
    """Each figure beside ours. What is asked about one body, programme and instant is asked once."""
    statuses: dict[tuple[tuple[str, str], ...], dict[str, Any] | str] = {}
    found: list[Compared | Fault] = []
    for figure in figures:
        if len(found) >= _MOST_FIGURES:
            raise CannotStart(f"There are more than {_MOST_FIGURES} figures.", "Compare them in several files.")
        if isinstance(figure, Fault):
            found.append(figure)
            continue
        if figure.asked not in statuses:
            statuses[figure.asked] = await _status(client, dict(figure.asked))
        status = statuses[figure.asked]
        try:
            if isinstance(status, str):
                raise ValueError(status)
            found.append(Compared(figure, at_path(status, figure.path)))
        except ValueError as error:
            found.append(Fault(figure.where, f"{figure.name}: {error}"))
    return found


async def _status(client: httpx2.AsyncClient, asked: dict[str, str]) -> dict[str, Any] | str:
    """The status of a question, or what it was refused with."""
    answer = await client.get(_STATUS, params=asked)
    if answer.status_code == 200:
        told: dict[str, Any] = answer.json()
        return told
    try:
        problem = answer.json()
        return f"{problem['code']}: {problem['detail']}"
    except (ValueError, KeyError, TypeError):
        return f"the status was answered with {answer.status_code}"


async def shadow(options: Namespace, client: httpx2.AsyncClient, say: Callable[[str], None]) -> int:
    """Say each figure that differs or is not known; 1 where one differs or was not compared, 2 where one is unknown."""
    plan = shadow_plan_in(options.mapping)
    compared = [one for path in options.files for one in await compare(figures_of(records_in(path), plan), client)]
    counts = {"same": 0, "differs": 0, "not known": 0}
    faults = 0
    for one in compared:
        if isinstance(one, Fault):
            faults += 1
            print(f"{one.where}: {one.what}", file=sys.stderr)
            continue
        counts[one.outcome] += 1
        if one.outcome != "same":
            say(str(one))
    say(", ".join(f"{count} {name}" for name, count in counts.items()) + f", {faults} not compared")
    if faults or counts["differs"] or not compared:
        return DIFFERS
    return NOT_KNOWN if counts["not known"] else 0
