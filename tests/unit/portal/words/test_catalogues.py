"""Translations: every text of the pages is in every catalogue, and is shown as the catalogue says."""

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import sixclear.portal
from sixclear.portal.words.languages import CATALOGUES, NAMES, SOURCE, choose, language

PACKAGE = Path(str(sixclear.portal.__file__)).parent
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None, "count": (1, 2)}
METHODS = [("**.py", "python"), ("**.html", "jinja2")]
OPTIONS = {"**.html": {"newstyle_gettext": "true"}}
PLACEHOLDER = re.compile(r"%\(\w+\)s|\{\w+\}|%%")
TRANSLATED = [code for code in NAMES if code != SOURCE]


def extracted() -> Iterator[str | tuple[str, ...]]:
    for _, _, message, _, _ in extract_from_dir(PACKAGE, METHODS, OPTIONS, keywords=KEYWORDS):
        yield message if isinstance(message, str) else tuple(message)


def catalogue(code: str) -> Catalog:
    text = (CATALOGUES / code / "LC_MESSAGES" / "portal.po").read_bytes()
    return read_po(io.BytesIO(text), locale=code)


def forms(text: object) -> list[str]:
    return [text] if isinstance(text, str) else list(text) if isinstance(text, tuple | list) else []


@pytest.mark.parametrize("code", TRANSLATED)
def test_every_text_is_translated_and_none_is_left_over(code: str) -> None:
    known = {message.id: message for message in catalogue(code) if message.id}
    assert set(extracted()) == set(known)
    assert [m.id for m in known.values() if m.fuzzy or not all(forms(m.string))] == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_translations_keep_the_places_of_their_values(code: str) -> None:
    wrong = []
    for message in catalogue(code):
        expected = set(PLACEHOLDER.findall(forms(message.id)[0])) if message.id else set()
        for form in forms(message.string) if message.id else []:
            # A form for exactly one may say "once" and leave the number out.
            found = set(PLACEHOLDER.findall(form))
            if found != expected and not (message.pluralizable and found < expected):
                wrong.append((message.id, form))
    assert wrong == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_no_translation_says_itself_twice(code: str) -> None:
    """Two branches that added the same text, joined line by line, leave it there twice."""
    texts = [form for message in catalogue(code) if message.id for form in forms(message.string) if len(form) > 40]
    assert [text for text in texts if text in (text + text)[1:-1]] == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_what_is_shown_is_what_the_catalogue_says(code: str) -> None:
    shown = language(code).translations
    for message in catalogue(code):
        if isinstance(message.id, str) and message.id:
            assert shown.gettext(message.id) == message.string


def test_every_vietnamese_text_of_a_template_is_marked() -> None:
    unmarked = []
    for path in PACKAGE.rglob("*.html"):
        bare = re.sub(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", "", path.read_text("utf-8"), flags=re.DOTALL)
        if re.search(r"[ăâđêôơưĂÂĐÊÔƠƯạ-ỹ]", bare):
            unmarked.append(path.relative_to(PACKAGE).as_posix())
    assert unmarked == []


@pytest.mark.parametrize(
    ("asked", "remembered", "accepted", "code"),
    [
        (None, None, None, "vi"),
        (None, None, "en-US,en;q=0.9", "en"),
        (None, None, "fr-FR, vi;q=0.7, en;q=0.3", "vi"),
        (None, None, "de, en;q=broken", "vi"),
        (None, "vi", "en", "vi"),
        ("en", "vi", "vi", "en"),
        ("xx", "../../etc", ";;,=", "vi"),
    ],
)
def test_the_language_is_the_one_asked_for(
    asked: str | None, remembered: str | None, accepted: str | None, code: str
) -> None:
    assert choose(asked, remembered, accepted).code == code
