"""Measures the structure of the code: what a change touches, how long and branched it is, where imports turn back.

`make measure`; `make measure FIELD=responsible_position KIND=entry` for a field and a kind of one's own. It reads the
source files that git tracks and imports none of them.
"""

import argparse
import ast
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCE = re.compile(r"^(libs|services|launcher)/.*\bsrc/(?P<module>sixclear/.*)\.py$")
MONITORING = "services/monitoring/src"
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
# Each opens a second way through a function.
BRANCHES = (
    *(ast.If, ast.IfExp, ast.For, ast.AsyncFor, ast.While, ast.ExceptHandler, ast.With, ast.AsyncWith),
    *(ast.comprehension, ast.match_case, ast.Assert),
)
# Not written by hand, or told beside the code: they follow from the rest.
GENERATED = re.compile(
    r"/(openapi|asyncapi|words/problems)\.json$|\.(po|pot|mo|lock)$|/migrations/versions/|^docs/reference/"
)


def main(words: Sequence[str] | None = None) -> int:
    """Print the figures; returns 0."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--field", default="responsible_position", help="a field whose files are listed")
    parser.add_argument("--kind", default="entry", help="a kind of monitoring whose files are listed")
    asked = parser.parse_args(words)
    for line in report(ROOT, field=asked.field, kind=asked.kind):
        print(line)
    return 0


def report(root: Path, *, field: str, kind: str) -> Iterator[str]:
    """The figures of the checkout at `root`, a line each."""
    named = files_with(root, rf"\b{re.escape(field)}(_\w+)?\b", ("libs", "services", "launcher"))
    yield from _listed(f"files that name the field {field}, tests and generated ones apart", named)
    of_kind = rf"\b{re.escape(kind)}(s|_\w+)?\b"
    yield from _listed(f"files of monitoring that name the kind {kind}", files_with(root, of_kind, (MONITORING,)))
    kindless = tuple(f"{MONITORING}/sixclear/monitoring/{folder}" for folder in ("view", "live", "lead"))
    yield from _listed("of these in view, live and lead", files_with(root, of_kind, kindless))
    trees = parsed(root)
    yield from _sizes(trees, root)
    imports = imports_between(trees)
    yield from _listed("circles of modules", [" <-> ".join(circle) for circle in circles(imports)])
    yield from _listed("circles of folders", [" <-> ".join(circle) for circle in circles(by_folder(imports))])


def _listed(title: str, names: Sequence[str]) -> Iterator[str]:
    yield f"{title}: {len(names)}"
    yield from (f"  {name}" for name in names)


def files_with(root: Path, pattern: str, folders: Sequence[str]) -> list[str]:
    """Tracked files below `folders` with a match of `pattern`; generated files and migrations are left out."""
    searched = ["grep", "--perl-regexp", "--files-with-matches", "-I", pattern, "--", *folders]
    return [name for name in _git(root, *searched) if not GENERATED.search(name) and name != "launcher/measure.py"]


def _git(root: Path, *words: str) -> list[str]:
    """The lines that a git command prints; finding nothing is no failure."""
    done = subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=False)  # noqa: S603, S607
    if done.returncode > 1:
        raise SystemExit(done.stderr)
    return done.stdout.splitlines()


def parsed(root: Path) -> dict[str, tuple[Path, ast.Module]]:
    """The syntax tree of every tracked module, by its dotted name."""
    trees = {}
    for name in _git(root, "ls-files", "*.py"):
        matched = SOURCE.match(name)
        if matched is None or "/migrations/versions/" in name or not (root / name).exists():
            continue
        module = matched["module"].removesuffix("/__init__").replace("/", ".")
        trees[module] = root / name, ast.parse((root / name).read_text(encoding="utf-8"), name)
    return trees


def _sizes(trees: Mapping[str, tuple[Path, ast.Module]], root: Path) -> Iterator[str]:
    lines = [len(path.read_text(encoding="utf-8").splitlines()) for path, _ in trees.values()]
    functions = [node for _, tree in trees.values() for node in ast.walk(tree) if isinstance(node, FUNCTIONS)]
    yield f"files: {len(lines)}; lines {_spread(lines)}"
    yield f"functions: {len(functions)}; lines {_spread([_length(node) for node in functions])}"
    yield f"complexity {_spread([complexity(node) for node in functions])}"
    anys = {module: count for module, (_, tree) in trees.items() if (count := _anys(tree))}
    by_part: dict[str, int] = defaultdict(int)
    for module, count in anys.items():
        by_part[module.split(".")[1]] += count
    yield f"Any: {sum(anys.values())} ({', '.join(f'{part} {count}' for part, count in sorted(by_part.items()))})"


def _spread(figures: Iterable[int]) -> str:
    ordered = sorted(figures)
    return f"median {ordered[len(ordered) // 2]}, p95 {ordered[len(ordered) * 95 // 100]}, most {ordered[-1]}"


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def complexity(function: ast.AST) -> int:
    """The ways through a function: one, one more for each branch, and one for each `and` or `or`."""
    ways = 1
    for node in ast.walk(function):
        if isinstance(node, ast.BoolOp):
            ways += len(node.values) - 1
        elif isinstance(node, BRANCHES):
            ways += 1
    return ways


def _anys(tree: ast.Module) -> int:
    return sum(isinstance(node, ast.Name) and node.id == "Any" for node in ast.walk(tree))


def imports_between(trees: Mapping[str, tuple[Path, ast.Module]]) -> dict[str, set[str]]:
    """What each module imports of ours when it is loaded; imports inside functions do not count."""
    known = set(trees)
    return {
        module: {name for node in _at_import(tree) for name in _named(node, known)} - {module}
        for module, (_, tree) in trees.items()
    }


def _at_import(tree: ast.AST) -> Iterator[ast.Import | ast.ImportFrom]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        elif not isinstance(node, FUNCTIONS) and not _only_for_types(node):
            yield from _at_import(node)


def _only_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def _named(node: ast.Import | ast.ImportFrom, known: set[str]) -> Iterator[str]:
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    else:
        names = [f"{node.module}.{alias.name}" for alias in node.names]
    for name in names:
        parent = name.rpartition(".")[0]
        if name in known:
            yield name
        elif parent in known:
            yield parent


def by_folder(imports: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """The same arrows between folders.

    Beside folders stand files, such as a service's `app.py` and `tables.py` beside its entities: some are above the
    folders and some below. Those files count one by one.
    """
    folders = {name.rpartition(".")[0] for name in imports}
    with_folders = {name.rpartition(".")[0] for name in folders}

    def folder(name: str) -> str:
        parent = name.rpartition(".")[0]
        return name if name in folders or parent in with_folders else parent

    arrows: dict[str, set[str]] = defaultdict(set)
    for module, named in imports.items():
        arrows[folder(module)] |= {folder(name) for name in named} - {folder(module)}
    return dict(arrows)


def circles(arrows: Mapping[str, set[str]]) -> list[list[str]]:
    """Groups of which each member reaches every other one, smallest name first."""
    reach = {start: _reached(start, arrows) for start in arrows}
    groups = {frozenset({start, *(name for name in reach[start] if start in reach.get(name, ()))}) for start in arrows}
    return sorted(sorted(group) for group in groups if len(group) > 1)


def _reached(start: str, arrows: Mapping[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        for name in arrows.get(waiting.pop(), ()):
            if name not in seen:
                seen.add(name)
                waiting.append(name)
    return seen


if __name__ == "__main__":
    sys.exit(main())
