"""Rules of money: how a figure is read, which entry of a stage holds on a day, what a correction needs. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from sixclear.common.folding import fold
from sixclear.common.keys import folded_key
from sixclear.tasks.budget.errors import AmountNeedsCorrection, CorrectionRefused, MoneyTransferRefused

STAGES = ("requested", "appraised", "approved", "allocated", "disbursed")
# JSON readers keep whole numbers up to here exact: nine million billion đồng.
MOST = 2**53 - 1
_BLANKS = re.compile("[ \u00a0\u202f]")
_DIGITS = re.compile("[0-9]+")
_MARKED = re.compile("[0-9]+(?:[.,][0-9]+)+")
_CENT = Decimal("0.01")


class FigureUnreadable(ValueError):
    """A figure that is no whole number of đồng; `code` says why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def read_amount(text: str) -> int:
    """A figure as tables and people write it, in whole đồng; raises FigureUnreadable.

    A mark that may stand for decimals or for thousands is never guessed: the refusal names both readings. Marks that
    have one reading are taken: `16.716.074.000`, and `1.500.000,00`.
    """
    plain = _BLANKS.sub("", text)
    if _DIGITS.fullmatch(plain):
        return int(plain)
    if not _MARKED.fullmatch(plain):
        raise FigureUnreadable("figure_unreadable", "Write a whole number of đồng in digits, such as 16716074000")
    return _read_marked(plain)


def _read_marked(plain: str) -> int:
    marks = [sign for sign in plain if sign in ".,"]
    groups = re.split("[.,]", plain)
    thousands = len(groups[0]) <= 3 and groups[0] != "0" and all(len(group) == 3 for group in groups[1:])
    whole, fraction = "".join(groups[:-1]), groups[-1]
    if len(set(marks)) == 1 and len(marks) == 1:
        if thousands:
            raise FigureUnreadable(
                "two_readings",
                f"The mark has two readings: {whole}{fraction}, or {whole} and a part of a đồng, {whole}.{fraction}. "
                "Write it without a mark, in whole đồng",
            )
        return _without_fraction(whole, fraction)
    if len(set(marks)) == 1:
        if thousands:
            return int(whole + fraction)
    elif marks.count(marks[-1]) == 1 and all(len(group) == 3 for group in groups[1:-1]) and len(groups[0]) <= 3:
        return _without_fraction(whole, fraction)
    raise FigureUnreadable("figure_unreadable", "The marks part no thousands; write it without marks, in whole đồng")


def _without_fraction(whole: str, fraction: str) -> int:
    if fraction.strip("0"):
        raise FigureUnreadable("part_of_dong", "An amount is in whole đồng; write all digits, without a unit")
    return int(whole)


def compared(text: str) -> str:
    """The form by which sources of money are compared: without case, Vietnamese marks and blanks beside signs."""
    return folded_key(fold(text))


@dataclass(frozen=True, slots=True)
class Entry:
    """What the rules read of an entry: the whole amount of a stage, as of a day, by a document."""

    number: int
    stage: str
    amount: int
    dated_on: date
    document: str
    corrects: int | None = None


def valid(entries: Iterable[Entry]) -> list[Entry]:
    """The entries that no other one corrects, in the order in which they were made."""
    known = sorted(entries, key=lambda one: one.number)
    corrected = {one.corrects for one in known}
    return [one for one in known if one.number not in corrected]


def held(entries: Iterable[Entry], on: date) -> dict[str, Entry]:
    """Per stage the entry that holds on a day: the newest by its day, then by its number."""
    found: dict[str, Entry] = {}
    for one in sorted(valid(entries), key=lambda entry: (entry.dated_on, entry.number)):
        if one.dated_on <= on:
            found[one.stage] = one
    return found


def difference(amounts: Mapping[str, int | None], whole: str, part: str) -> int | None:
    """What `whole` is more than `part`; None while one of the two is missing."""
    first, second = amounts.get(whole), amounts.get(part)
    return None if first is None or second is None else first - second


def percent(part: int | None, whole: int | None) -> float | None:
    """`part` of `whole` in percent, half up, two decimals; None while one is missing, and of nothing."""
    if part is None or not whole:
        return None
    return float((Decimal(100 * part) / whole).quantize(_CENT, ROUND_HALF_UP))


def repeated(entries: Iterable[Entry], wanted: Entry) -> bool:
    """Whether the line says so already: the same stage, amount, day and document, with the same correction or none."""
    said = (wanted.stage, wanted.amount, wanted.dated_on, wanted.document)
    for one in valid(entries):
        if (one.stage, one.amount, one.dated_on, one.document) == said and wanted.corrects in (None, one.corrects):
            return True
    return False


def check(entries: Sequence[Entry], wanted: Entry, reason: str | None) -> None:
    """Raises CorrectionRefused for a correction that fits no entry, and AmountNeedsCorrection for one that is hidden.

    An entry of a day that has one already changes what was said: it names the entry and says why.
    """
    standing = {one.number: one for one in valid(entries)}
    if wanted.corrects is None:
        _check_new(standing.values(), wanted)
        return
    errors = []
    corrected = standing.get(wanted.corrects)
    if corrected is None or corrected.stage != wanted.stage:
        detail = "No entry of this stage that still holds has this number."
        errors.append({"pointer": "#/corrects", "code": "entry-unknown", "detail": detail})
    if reason is None:
        errors.append({"pointer": "#/reason", "code": "missing", "detail": "Say why the entry was wrong."})
    if errors:
        raise CorrectionRefused(errors=errors)
    others = [one for one in standing.values() if one.number != wanted.corrects]
    _check_new(others, wanted)


def transferred(
    giving: Sequence[Entry], receiving: Sequence[Entry], stage: str, amount: int, dated_on: date
) -> tuple[int, int]:
    """What both lines come to when an amount of a stage goes from one to the other on a day.

    Of a transfer that is corrected the entries are given without the wrong ones, so that both lines change. A line
    without an entry of the stage receives its first. Raises MoneyTransferRefused when the giving line has not so much,
    or when a line has an entry of that day or a later one: what it says the line comes to would not be true.
    """
    errors = []
    for name, entries in (("giving_id", giving), ("receiving_id", receiving)):
        later = [one for one in valid(entries) if one.stage == stage and one.dated_on >= dated_on]
        if later:
            detail = f"Entry {later[0].number} says what this line comes to as of {later[0].dated_on}."
            errors.append({"pointer": f"#/{name}", "code": "entry-later", "detail": detail})
    has, had = held(giving, dated_on).get(stage), held(receiving, dated_on).get(stage)
    if has is None or has.amount < amount:
        detail = "The line from which it goes has not so much in this stage."
        errors.append({"pointer": "#/amount", "code": "amount-not-there", "detail": detail})
    if errors or has is None:
        raise MoneyTransferRefused(errors=errors)
    return has.amount - amount, (0 if had is None else had.amount) + amount


def _check_new(standing: Iterable[Entry], wanted: Entry) -> None:
    for one in standing:
        if (one.stage, one.dated_on) == (wanted.stage, wanted.dated_on):
            raise AmountNeedsCorrection(f"Entry {one.number} gives this stage an amount as of {one.dated_on} already.")
