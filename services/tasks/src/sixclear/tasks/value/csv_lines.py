"""A series as a table: CSV, or SDMX-CSV 2.0. Pure."""

import csv
import io
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sixclear.common.spreadsheets.writing import FORMULA
from sixclear.common.web.numbers import written
from sixclear.tasks.value.schemas import Series, SeriesPoint

COLUMNS = (
    *("indicator", "organisation", "period", "first_day", "last_day", "state", "number", "numerator", "denominator"),
    *("figure", "bound", "rolled_figure", "reported", "expected", "difference", "target", "path", "gap", "attainment"),
    *("attainment_capped", "met"),
)
_SDMX = (
    *("STRUCTURE", "STRUCTURE_ID", "ACTION", "INDICATOR", "REF_AREA", "TIME_PERIOD", "OBS_VALUE", "OBS_STATUS"),
    *("UNIT_MEASURE", "BOUND", "REPORTED", "EXPECTED"),
)
# What SDMX calls a value that holds, and one that is missing.
_OBSERVED, _MISSING = "A", "M"


def table(series: Series) -> str:
    """Every point of a series on one line, below the names of the columns."""
    return _csv([COLUMNS, *(_line(series, point) for point in series.points)])


def sdmx_table(series: Series) -> str:
    """The figures of a series as observations: the body's own, else what is rolled up.

    Each says whether it is a bound, and of how many of how many bodies it is.
    """
    area = series.organisation.code if series.organisation else "VN"
    lines: list[Sequence[Any]] = [_SDMX]
    for point in series.points:
        own, rolled = point.own, point.rolled
        figure = own.figure if own else rolled.figure if rolled else None
        status = _MISSING if figure is None else _OBSERVED
        of = (1, 1) if own else (rolled.reported, rolled.expected) if rolled else ("", "")
        told = (series.indicator, area, _time_period(point, series.period_unit), _text(figure), status, series.unit)
        told += ((own.bound if own else None) or "", *of)
        lines.append(("dataflow", "SIXCLEAR:INDICATORS(1.0)", "I", *told))
    return _csv(lines)


def _time_period(point: SeriesPoint, unit: str) -> str:
    """The period as SDMX writes it: halves of years by `S`, and spans without a letter by their length."""
    lasts = _LASTS.get(unit)
    return f"{point.first_day}/{lasts}" if lasts else point.period.replace("H", "S")


_LASTS = {"nine_months": "P9M", "five_years": "P5Y"}


def _line(series: Series, point: SeriesPoint) -> Sequence[Any]:
    own, rolled = point.own, point.rolled
    return (
        series.indicator,
        series.organisation.code if series.organisation else "",
        point.period,
        point.first_day,
        point.last_day,
        point.state,
        *(_text(getattr(own, name, None)) for name in ("number", "numerator", "denominator", "figure")),
        own.bound if own and own.bound else "",
        _text(rolled.figure if rolled else None),
        rolled.reported if rolled else "",
        rolled.expected if rolled else "",
        _text(point.difference),
        _text(point.target.value if point.target else None),
        _text(point.path.value if point.path else None),
        *(_text(value) for value in (point.gap, point.attainment, point.attainment_capped)),
        "" if point.met is None else str(point.met).lower(),
    )


def _text(number: Decimal | None) -> str:
    return "" if number is None else written(number)


def _as_text(cell: Any) -> Any:
    """The cell; a text that a spreadsheet would take for a formula stands behind an apostrophe, a number as it is."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) and not _NUMBER.fullmatch(cell) else cell


_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def _csv(lines: Sequence[Sequence[Any]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows([_as_text(cell) for cell in line] for line in lines)
    return out.getvalue()
