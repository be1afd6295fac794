"""The table of endpoints in a service's README names every route that the service has."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted(ROOT.glob("services/*/contracts/openapi.json"))


def missing(paths: list[str], text: str) -> list[str]:
    """The paths whose last fixed part the text does not name, such as `/evidence`."""
    return [path for path in paths if not re.search(rf"/{re.escape(_last(path))}(?![\w-])", text)]


def _last(path: str) -> str:
    return [part for part in path.split("/") if not part.startswith("{")][-1]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.parents[1].name)
def test_the_readme_names_every_route(document: Path) -> None:
    paths = list(json.loads(document.read_text(encoding="utf-8"))["paths"])
    readme = (document.parents[1] / "README.md").read_text(encoding="utf-8")
    endpoints = readme.partition("## Endpoints")[2].partition("\n## ")[0]
    assert not missing(paths, endpoints), "name them in the table of endpoints"


def test_a_route_that_is_not_named_is_found() -> None:
    assert missing(["/api/tasks/v1/tasks/{task_id}/remark"], "`POST /tasks/{id}/remarks`") != []
