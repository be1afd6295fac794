"""What the problem codes of the APIs mean and what helps, in each language.

`problems.json` is generated in English from the error classes of all services (`make contracts`); the other languages
are translated from it, in catalogues of their own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import orjson

from sixclear.portal.words.languages import catalogue_of

GENERATED = Path(__file__).parent / "problems.json"
DOMAIN = "problems"
# The language of the error classes.
SOURCE = "en"


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem code: its HTTP status, and in one language its title, what it means and what to do."""

    code: str
    status: int
    title: str
    meaning: str
    remedy: str


@cache
def problems(language: str) -> Mapping[str, Problem]:
    """Every problem by its code, in the language with this code."""
    generated = [Problem(**problem) for problem in orjson.loads(GENERATED.read_bytes())]
    if language == SOURCE:
        return {problem.code: problem for problem in generated}
    said = catalogue_of(language, DOMAIN).gettext
    return {
        problem.code: replace(
            problem, title=said(problem.title), meaning=said(problem.meaning), remedy=said(problem.remedy)
        )
        for problem in generated
    }
