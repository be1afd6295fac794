"""A kind appears by name in its own file and in questions about it: what is the same for all loops over them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sixclear.monitoring.kinds import KINDS

ROOT = Path(__file__).parents[3] / "services" / "monitoring" / "src" / "sixclear" / "monitoring"
FILES = sorted(path for folder in ("view", "live", "lead", "ledger") for path in (ROOT / folder).glob("*.py"))
# Organisations and programmes, which are no kinds, come from the log of a source that has a kind, too.
# A sum of changes is of a period, too: of a day or a month.
NAMED_FOR_ANOTHER_REASON = {
    ("dimensions.py", "tasks"),
    ("selection.py", "tasks"),
    ("selection.py", "task"),  # a refusal says in words that no such record is known
    ("days.py", "period"),
    ("past.py", "period"),
    ("day_changes.py", "period"),
}


def words(path: Path) -> Iterator[str]:
    """What code says: its texts without docstrings, and what it imports."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module} {alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_the_view_the_stream_and_the_leader_name_no_kind(path: Path) -> None:
    names = {name for kind in KINDS for name in (kind.name, kind.source, *kind.measures)}
    named = re.compile(rf"(?<![A-Za-z-])({'|'.join(sorted(map(re.escape, names)))})(?![A-Za-z-])")
    found = {match[1] for said in words(path) for match in named.finditer(said)}
    assert {name for name in found if (path.name, name) not in NAMED_FOR_ANOTHER_REASON} == set()
