"""libs/common is no junk drawer: every module has a line in its README, with users that exist or a reason."""

import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COMMON = ROOT / "libs/common/src/sixclear/common"
SOURCES = ("tasks", "feedback", "data-catalog")
FOLDERS = {name: f"services/{name}/src" for name in (*SOURCES, "monitoring", "portal")} | {
    "launcher": "launcher/src",
    "tests": "tests",
}
ROW = re.compile(r"^\| `([a-z_.]+)` \| (.+) \| (.+) \|$", flags=re.MULTILINE)


def modules() -> dict[str, Path]:
    """Every module that holds something, by its name below `sixclear.common`."""
    found = {}
    for path in COMMON.rglob("*.py"):
        parts = path.relative_to(COMMON).with_suffix("").parts
        if path.name != "__init__.py":
            found[".".join(parts)] = path
        elif len(path.read_text(encoding="utf-8").splitlines()) > 1:
            found[".".join(parts[:-1])] = path
    return found


@cache
def rows() -> list[tuple[str, str, str]]:
    """Module, what it is, who uses it."""
    return ROW.findall((ROOT / "libs/common/README.md").read_text(encoding="utf-8"))


@cache
def imports(folder: Path) -> frozenset[str]:
    """The modules of common that the files of `folder` (or the one file) name in an import or as a plugin."""
    named: set[str] = set()
    for path in folder.rglob("*.py") if folder.is_dir() else [folder]:
        text = path.read_text(encoding="utf-8")
        named.update(re.findall(r'(?:from |import |")sixclear\.common\.([\w.]+)', text))
        for package, names in re.findall(r"from sixclear\.common\.?([\w.]*) import (\([^)]*\)|[^\n]*)", text):
            named.update(f"{package}.{name}".lstrip(".") for name in re.findall(r"\w+", names))
    return frozenset(named)


def users(text: str) -> list[str]:
    """The users that a line names, before its reason."""
    named = text.partition("; reason: ")[0].split(", ")
    return [user for name in named for user in (SOURCES if name == "sources" else (name.strip("`"),))]


def test_every_module_has_a_line() -> None:
    assert len(modules()) > 50, "nothing was checked"
    listed = [module for module, _, _ in rows()]
    assert sorted(listed) == sorted(modules()), "write a line in libs/common/README.md, or delete the old one"


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_a_module_has_two_users_or_a_reason(row: tuple[str, str, str]) -> None:
    module, _, text = row
    known = modules()
    for user in users(text):
        place = ROOT / FOLDERS[user] if user in FOLDERS else known[user]
        assert module in imports(place), f"{user} does not use {module}"
    outside = module.startswith("testing.") and text == "tests"
    assert outside or len(users(text)) > 1 or "; reason: " in text, f"{module} has one user: why is it here?"
