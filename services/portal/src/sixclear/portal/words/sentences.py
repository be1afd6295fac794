"""Codes, names, times and figures in the words of one language."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from sixclear.portal.words import measures
from sixclear.portal.words.languages import N_, SOURCE, Language
from sixclear.portal.words.measures import Measured
from sixclear.portal.words.tables import CHANGES, EXPLAINED, NOT_REACHED_YET, TABLES

_HOUR = 3_600
_DAY = 86_400


class Named(Protocol):
    """A record with a name in Vietnamese and perhaps in English."""

    @property
    def name_vi(self) -> str: ...

    @property
    def name_en(self) -> str | None: ...


class Labelled(Protocol):
    """A record with a code and a label in Vietnamese and perhaps in English."""

    @property
    def code(self) -> str: ...

    @property
    def label_vi(self) -> str: ...

    @property
    def label_en(self) -> str | None: ...


class Numbered(Protocol):
    """A document with its number."""

    @property
    def directive_id(self) -> UUID: ...

    @property
    def number(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a filter or a form, and the language that its text is written in."""

    value: str
    text: str
    language: str


class Words:
    """What templates say in one language."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def of(self, table: str, code: str | None) -> str:
        """The word for `code` in `TABLES[table]`; a code that is not known yet is shown as it is."""
        words = TABLES[table]
        return self.language.text(words[code]) if code is not None and code in words else (code or "")

    def title(self, table: str, code: str) -> str:
        """The title of a code of `EXPLAINED[table]`; a code that is not known yet is shown as it is."""
        words = EXPLAINED[table]
        return self.language.text(words[code][0]) if code in words else code

    def explanation(self, table: str, code: str) -> str:
        """The explanation of a code of `EXPLAINED[table]`."""
        words = EXPLAINED[table]
        return self.language.text(words[code][1]) if code in words else ""

    def codes(self, table: str) -> Sequence[str]:
        """The codes of a table, in its order."""
        return list(TABLES.get(table) or EXPLAINED[table])

    def options(self, table: str, codes: Iterable[str] | None = None) -> list[Option]:
        """The codes of a table, or some of them, to choose from."""
        chosen = self.codes(table) if codes is None else codes
        return [Option(code, self._offered(table, code), self.language.code) for code in chosen]

    def titled_options(self, table: str) -> list[Option]:
        """The codes of a table whose words are titles with explanations, to choose from."""
        return [Option(code, self.title(table, code), self.language.code) for code in self.codes(table)]

    def _offered(self, table: str, code: str) -> str:
        word = self.of(table, code)
        if code not in NOT_REACHED_YET.get(table, ()):
            return word
        return self.language.text(N_("%(word)s (chưa dùng đến)"), word=word)

    def named_options(self, records: Iterable[Named], key: str) -> list[Option]:
        """Records to choose from; `key` is the field that the choice sends."""
        return [Option(str(getattr(one, key)), self.name(one), self.language_of_name(one)) for one in records]

    def labelled_options(self, records: Iterable[Labelled]) -> list[Option]:
        """Groups of work to choose from, by their labels."""
        name, code_of = self.language.name, self.language.code_of
        return [
            Option(one.code, name(one.label_vi, one.label_en), code_of(one.label_vi, one.label_en)) for one in records
        ]

    def directive_options(self, records: Iterable[Numbered]) -> list[Option]:
        """Documents to choose from, by their numbers, which are written in Vietnamese."""
        return [Option(str(one.directive_id), one.number, SOURCE) for one in records]

    def change(self, entity_type: str, change: str) -> str:
        """What happened, in words."""
        text = CHANGES.get(f"{entity_type}.{change}")
        return self.language.text(text) if text else change

    def changes(self) -> dict[str, str]:
        """All changes in words, for the script that writes the live ledger."""
        return {code: self.language.text(text) for code, text in CHANGES.items()}

    def name(self, record: Named) -> str:
        """The name of an organisation, programme, list or entry."""
        return self.language.name(record.name_vi, record.name_en)

    def language_of_name(self, record: Named) -> str:
        """The language that `name` writes the name of `record` in."""
        return self.language.code_of(record.name_vi, record.name_en)

    def author(self, author: str) -> str:
        """Who wrote a message of a case: the sender or the handling body."""
        return self.language.text(N_("Bạn") if author == "sender" else N_("Cơ quan xử lý"))

    def late(self, days: int) -> str:
        """So many civil days late."""
        if days == 0:
            return self.language.text(N_("quá hạn từ hôm nay"))
        return self.language.count("quá hạn %(number)s ngày", "quá hạn %(number)s ngày", days)

    def held_back(self, days: int) -> str:
        """Since so many civil days, the first one included, it holds work back."""
        return self.language.count("đã %(number)s ngày", "đã %(number)s ngày", days)

    def left(self, days: int) -> str:
        """So many civil days before a deadline."""
        if days == 0:
            return self.language.text(N_("đến hạn hôm nay"))
        return self.language.count("còn %(number)s ngày", "còn %(number)s ngày", days)

    def extended(self, times: int) -> str:
        """How often a deadline was moved."""
        return self.language.count("đã gia hạn %(number)s lần", "đã gia hạn %(number)s lần", times)

    def returned(self, times: int, last_at: datetime) -> str:
        """How often a task was returned, and when last."""
        return self.language.count(
            "bị trả lại %(number)s lần, lần cuối %(day)s",
            "bị trả lại %(number)s lần, lần cuối %(day)s",
            times,
            day=self.language.formats.day(last_at),
        )

    def figure(self, of: Measured, value: Decimal, bound: str | None = None) -> str:
        """A figure of an indicator, without its unit."""
        return measures.figure(self.language, of, value, bound)

    def aim(self, of: Measured, value: Decimal) -> str:
        """What is to be reached, without its unit."""
        return measures.aim(self.language, of, value)

    def unit(self, of: Measured) -> str:
        """The unit beside such a figure, as its record has it; none where the figure says it."""
        return measures.unit(of)

    def difference(self, of: Measured, value: Decimal) -> str:
        """How far two such figures are apart."""
        return measures.difference(self.language, of, value)

    def money(self, amount: int) -> str:
        """An amount of đồng, in a unit that can be read."""
        return measures.money(self.language, amount)

    def span(self, key: str) -> str:
        """A period by its key, such as `2026-Q4`."""
        return measures.span(self.language, key)

    def period(self, seconds: float) -> str:
        """A length of time, roughly: seconds, minutes, hours or days."""
        count = self.language.count
        if seconds < 90:
            return count("%(number)s giây", "%(number)s giây", max(round(seconds), 0))
        if seconds < 90 * 60:
            return count("%(number)s phút", "%(number)s phút", round(seconds / 60))
        if seconds < 36 * _HOUR:
            return count("%(number)s giờ", "%(number)s giờ", round(seconds / _HOUR))
        return count("%(number)s ngày", "%(number)s ngày", round(seconds / _DAY))

    def freshness(self, state: str, promised_seconds: int | None, age_seconds: float | None) -> str:
        """How alive a database is: `state` is data-catalog's, the seconds are its age and promise."""
        text = self.language.text
        if state == "no_promise" or promised_seconds is None:
            return text(N_("Chưa cam kết chu kỳ cập nhật"))
        promised = self.period(promised_seconds)
        if state == "silent" or age_seconds is None:
            return text(N_("Chưa có tín hiệu nào; cam kết mỗi %(period)s"), period=promised)
        values = {"age": self.period(age_seconds), "period": promised}
        if state == "fresh":
            return text(N_("Cập nhật %(age)s trước; cam kết mỗi %(period)s"), **values)
        return text(N_("Trễ: tín hiệu cuối %(age)s trước; cam kết mỗi %(period)s"), **values)
