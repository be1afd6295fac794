"""The languages of the pages: Vietnamese is written in the code, the others are translated from it by gettext."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path

from babel.support import Translations

from sixclear.portal.words.formats import SPELLINGS, Formatter

SOURCE = "vi"
NAMES: Mapping[str, str] = {code: spelling.name for code, spelling in SPELLINGS.items()}
DOMAIN = "portal"
CATALOGUES = Path(__file__).parent / "translations"


def N_(message: str) -> str:
    """Marks a text for the catalogues; it is translated where it is shown."""
    return message


@dataclass(frozen=True, slots=True)
class Language:
    """One language of the pages."""

    code: str
    direction: str
    translations: NullTranslations
    formats: Formatter

    def text(self, message: str, **values: object) -> str:
        """`message` in this language, with its named values put in."""
        found = self.translations.gettext(message)
        return found % values if values else found

    def count(self, one: str, many: str, number: int, **values: object) -> str:
        """`one` or `many` for `number`, by this language's rule; `%(number)s` in it is the number as written here."""
        return self.translations.ngettext(one, many, number) % {"number": self.formats.number(number), **values}

    def name(self, name_vi: str | None, name_en: str | None) -> str:
        """A name that a record carries in Vietnamese and perhaps in English."""
        preferred = name_vi if self.code == SOURCE else name_en
        return preferred or name_vi or name_en or ""

    def code_of(self, name_vi: str | None, name_en: str | None) -> str:
        """The language of what `name` chooses."""
        return SOURCE if name_vi and (self.code == SOURCE or not name_en) else "en"


@cache
def language(code: str) -> Language:
    """The language `code`, one of `NAMES`."""
    translations = NullTranslations() if code == SOURCE else catalogue_of(code, DOMAIN)
    return Language(code, SPELLINGS[code].direction, translations, Formatter(code))


def catalogue_of(code: str, domain: str) -> NullTranslations:
    """The readable catalogue, compiled in memory: it takes 15 ms once, and no compiled file has to agree with it."""
    # The first page in that language needs them, a start does not.
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = BytesIO()
    with (CATALOGUES / code / "LC_MESSAGES" / f"{domain}.po").open("rb") as readable:
        write_mo(compiled, read_po(readable, locale=code))
    compiled.seek(0)
    return Translations(compiled, domain)


def choose(asked: str | None, remembered: str | None, accepted: str | None) -> Language:
    """The language that the address asks for, else the remembered one, else the browser's, else Vietnamese."""
    for code in (asked, remembered):
        if code in NAMES:
            return language(code)
    return language(_best_accepted(accepted or ""))


def _best_accepted(header: str) -> str:
    best, best_quality = SOURCE, 0.0
    for part in header.split(",")[:20]:
        tag, _, parameters = part.strip().partition(";")
        code = tag.partition("-")[0].lower()
        quality = _quality(parameters)
        if code in NAMES and quality > best_quality:
            best, best_quality = code, quality
    return best


def _quality(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
