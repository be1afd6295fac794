"""Figures of results in the words of one language: what was measured, money, and the periods of both."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Protocol

from sixclear.common.spans import Span, span_of
from sixclear.portal.words.formats import NO_BREAK
from sixclear.portal.words.languages import N_, Language
from sixclear.portal.words.results import BOUNDS

_STEPS = ((10**9, N_("%(figure)s tỷ đồng")), (10**6, N_("%(figure)s triệu đồng")))
_THOUSANDTHS = Decimal("0.001")
_PERCENT = "%"
_YES = 1


class Measured(Protocol):
    """What says how a figure is to be read."""

    @property
    def unit(self) -> str: ...

    @property
    def value_type(self) -> str: ...


def figure(language: Language, of: Measured, value: Decimal, bound: str | None = None) -> str:
    """A figure without its unit, as it was published; one that is a bound says which."""
    said = _figure(language, of, value)
    return language.text(BOUNDS[bound], figure=said) if bound is not None else said


def _figure(language: Language, of: Measured, value: Decimal) -> str:
    formats = language.formats
    if of.value_type == "yes_no":
        return language.text(N_("có") if value == _YES else N_("không"))
    if of.value_type == "rank":
        return language.text(N_("hạng %(figure)s"), figure=formats.exact(value))
    if of.value_type == "ratio":
        return formats.percent(value)
    return formats.exact(value) + (f"{NO_BREAK}%" if of.unit == _PERCENT else "")


def aim(language: Language, of: Measured, value: Decimal) -> str:
    """What is to be reached, without its unit: as it was set, and not with the two decimals of a measured ratio."""
    if of.value_type == "ratio":
        return f"{language.formats.exact(value)}{NO_BREAK}%"
    return _figure(language, of, value)


def unit(of: Measured) -> str:
    """The unit that stands beside a figure; none where the figure has its sign or its word."""
    return "" if of.value_type in ("yes_no", "rank", "ratio") or of.unit == _PERCENT else of.unit


def difference(language: Language, of: Measured, value: Decimal) -> str:
    """How far two figures are apart, without a sign; of percentages in points."""
    size = language.formats.exact(abs(value))
    if of.value_type == "ratio" or of.unit == _PERCENT:
        return language.text(N_("%(figure)s điểm phần trăm"), figure=size)
    return size


def money(language: Language, amount: int) -> str:
    """Đồng in the largest of three units, to a thousandth of it; tables have them whole."""
    for step, text in _STEPS:
        if abs(amount) >= step:
            rounded = (Decimal(amount) / step).quantize(_THOUSANDTHS, ROUND_HALF_UP)
            return language.text(text, figure=language.formats.exact(rounded))
    return language.text(N_("%(figure)s đồng"), figure=language.formats.number(amount))


def span(language: Language, key: str) -> str:
    """A period by its key; a key that is not known is shown as it is."""
    found = span_of(key)
    return key if found is None else _span(language, found)


def _span(language: Language, found: Span) -> str:
    text, year = language.text, found.first.year
    match found.unit:
        case "week":
            return text(N_("tuần %(number)s/%(year)s"), number=found.key[-2:], year=found.key[:4])
        case "month":
            return text(N_("tháng %(month)s"), month=language.formats.month(found.first))
        case "quarter":
            return text(N_("quý %(number)s/%(year)s"), number=found.key[-1], year=year)
        case "half_year":
            first = found.first.month == 1
            return text(N_("6 tháng đầu năm %(year)s") if first else N_("6 tháng cuối năm %(year)s"), year=year)
        case "nine_months":
            return text(N_("9 tháng đầu năm %(year)s"), year=year)
        case "year":
            return text(N_("năm %(year)s"), year=year)
        case "five_years":
            return text(N_("giai đoạn %(first)s–%(last)s"), first=year, last=found.last.year)
