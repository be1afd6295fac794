"""Every problem code of every service is explained in each language, and nothing else is."""

import re

import pytest
from babel.messages.pofile import read_po

from sixclear.portal.words.languages import CATALOGUES, NAMES
from sixclear.portal.words.problems import DOMAIN, SOURCE, problems

TRANSLATED = [code for code in NAMES if code != SOURCE]
CODED = re.compile(r"`[^`]+`")


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_of_the_problems_is_translated_and_none_is_left_over(language: str) -> None:
    english = {text for one in problems(SOURCE).values() for text in (one.title, one.meaning, one.remedy)}
    assert len(english) > 200, "nothing was checked"
    with (CATALOGUES / language / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as readable:
        known = {str(message.id): message for message in read_po(readable, locale=language) if message.id}
    assert english == set(known)
    assert [text for text, message in known.items() if message.fuzzy or not message.string] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_translations_name_the_same_fields_and_values(language: str) -> None:
    for code, problem in problems(language).items():
        english = problems(SOURCE)[code]
        assert problem.meaning != english.meaning
        assert sorted(CODED.findall(problem.meaning)) == sorted(CODED.findall(english.meaning)), code
        assert sorted(CODED.findall(problem.remedy)) == sorted(CODED.findall(english.remedy)), code


@pytest.mark.parametrize("language", NAMES)
def test_every_language_explains_the_same_codes(language: str) -> None:
    assert list(problems(language)) == list(problems(SOURCE))
