"""Every problem code says what it means and what to do, and says the same wherever it is used."""

import re
from collections import defaultdict
from pathlib import Path

from sixclear.common.errors import DomainError
from sixclear.launcher.problems import error_classes, problem_reference, problems

ROOT = Path(__file__).resolve().parents[2]

# Codes that several services answer with, each in a class of its own.
SHARED = {
    "indicator-not-found": "tasks owns indicators, monitoring counts them; a noun of the domain is not in common",
    "series-refused": "tasks has the register's series, monitoring the counted one",
    "programme-not-found": "tasks owns programmes, monitoring shows them; a noun of the domain is not in common",
}
TEXTS = ("title", "meaning", "remedy")


def declared() -> dict[str, list[type[DomainError]]]:
    by_code: dict[str, list[type[DomainError]]] = defaultdict(list)
    for _, kind in error_classes():
        by_code[kind.code].append(kind)
    assert len(by_code) > 60, "nothing was checked"
    return by_code


def test_every_error_class_has_its_own_code_and_texts() -> None:
    silent = [
        f"{kind.__module__}.{kind.__qualname__}: {name}"
        for kinds in declared().values()
        for kind in kinds
        for name in ("code", *TEXTS)
        if not kind.__dict__.get(name)
    ]
    assert not silent


def test_texts_are_sentences_and_titles_are_not() -> None:
    for problem in problems():
        assert problem.meaning.endswith("."), problem.code
        assert problem.remedy.endswith("."), problem.code
        assert not problem.title.endswith("."), problem.code
        assert "|" not in problem.title + problem.meaning + problem.remedy, "it stands in a table"


def test_a_code_is_declared_once_or_says_the_same_in_each_service() -> None:
    several = {code: kinds for code, kinds in declared().items() if len(kinds) > 1}
    assert set(several) == set(SHARED), "a code of two services belongs to libs/common, or here with its reason"
    for code, kinds in several.items():
        assert len({(kind.status, *(getattr(kind, name) for name in TEXTS)) for kind in kinds}) == 1, code


def test_every_code_that_an_operation_declares_is_explained() -> None:
    described = [path.read_text(encoding="utf-8") for path in ROOT.glob("services/*/contracts/openapi.json")]
    named = {code for text in described for code in re.findall(r'[ ;"]`([a-z-]+)`: [A-Z]', text)}
    assert len(named) > 40, "nothing was checked"
    assert named <= {problem.code for problem in problems()}


def test_the_reference_lists_every_code_with_what_to_do() -> None:
    lines = problem_reference(problems()).splitlines()
    for problem in problems():
        words = f"{problem.title} | {problem.meaning} | {problem.remedy}"
        assert f"| `{problem.code}` | {problem.status} | {words} |" in lines
