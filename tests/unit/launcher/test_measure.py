"""The figures of the structure are counted from the code."""

import ast
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def measure() -> ModuleType:
    """The script, which is no part of the package."""
    spec = importlib.util.spec_from_file_location("measure", ROOT / "launcher/measure.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def trees(**sources: str) -> dict[str, tuple[Path, ast.Module]]:
    """Modules of a made-up package."""
    return {name.replace("__", "."): (Path(name), ast.parse(source)) for name, source in sources.items()}


def test_a_circle_is_found_between_modules_and_between_folders(measure: ModuleType) -> None:
    made = trees(a__one="from a import two", a__two="import b.three", b__three="from a.two import name", b__four="")
    imports = measure.imports_between(made)
    assert imports["a.one"] == {"a.two"}
    assert measure.circles(imports) == [["a.two", "b.three"]]
    assert measure.circles(measure.by_folder(imports)) == [["a", "b"]]


def test_a_file_above_folders_and_one_below_them_make_no_circle(measure: ModuleType) -> None:
    imports = {"s.app": {"s.task.routes"}, "s.task.routes": {"s.tables"}, "s.tables": set()}
    assert measure.circles(measure.by_folder(imports)) == []


def test_an_import_inside_a_function_or_for_types_only_is_no_arrow(measure: ModuleType) -> None:
    made = trees(a__one="def f():\n    import a.two", a__two="if TYPE_CHECKING:\n    import a.one")
    assert measure.imports_between(made) == {"a.one": set(), "a.two": set()}


def test_each_branch_is_one_more_way_through(measure: ModuleType) -> None:
    function = ast.parse("def f(a, b):\n    if a and b:\n        return 1\n    return [c for c in a]").body[0]
    assert measure.complexity(function) == 4


def test_the_code_of_today_is_measured(measure: ModuleType) -> None:
    lines = list(measure.report(ROOT, field="responsible_position", kind="entry"))
    assert any("services/tasks/src/sixclear/tasks/task/models.py" in line for line in lines)
    assert "circles of modules: 0" in lines
